import { expect, test } from "vitest";
import { createClosers } from "../../src/process/closers.ts";

test("closeAll() undoes the last step first and waits for each", async () => {
  const closers = createClosers();
  const undone: string[] = [];
  for (const name of ["store", "Temporal", "HTTP"]) {
    closers.add(async () => {
      await Promise.resolve();
      undone.push(name);
    });
  }
  await closers.closeAll();
  expect(undone).toEqual(["HTTP", "Temporal", "store"]);
});

test("closeAll() undoes the other steps though one fails, and then says so", async () => {
  const closers = createClosers();
  const undone: string[] = [];
  closers.add(() => undone.push("store"));
  closers.add(() => Promise.reject(new Error("Temporal won't go")));
  closers.add(() => {
    throw new Error("HTTP won't go");
  });
  const failure = await closers.closeAll().catch((error: unknown) => error);
  expect(undone).toEqual(["store"]);
  expect((failure as AggregateError).errors).toMatchObject([
    { message: "HTTP won't go" },
    { message: "Temporal won't go" },
  ]);
});

test("closeAll() undoes each step once, however often it is called", async () => {
  const closers = createClosers();
  let count = 0;
  closers.add(() => (count += 1));
  await Promise.all([closers.closeAll(), closers.closeAll()]);
  await closers.closeAll();
  expect(count).toBe(1);
});
