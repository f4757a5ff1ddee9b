import type { Store } from "../store/store.ts";
import type { Directory } from "./ports.ts";

/** The directory of those who have keys: the store's principals. */
export function createDirectory({ principals }: Pick<Store, "principals">): Directory {
  return {
    async find(tenant, subjects) {
      if (subjects.length === 0) return new Map();
      const people = await principals.find(tenant, subjects);
      return new Map(people.map((person) => [person.subject, person]));
    },
    search: (tenant, names, limit) => principals.search(tenant, names, limit),
  };
}
