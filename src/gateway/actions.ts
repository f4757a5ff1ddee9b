import { ActionName, type ActionView, type Manifest } from "../contract/manifest.ts";
import { CountersignError } from "../core/countersign-error.ts";
import type { Gateway } from "./gateway.ts";
import type { GatewayPorts } from "./ports.ts";

/** The methods about published actions. Every valid credential may look at them. */
export function createActionMethods(ports: GatewayPorts): Pick<Gateway, "listActions" | "getAction"> {
  const { manifests } = ports.store;
  return {
    async listActions() {
      return (await manifests.list()).map(viewAction);
    },
    async getAction(_caller, name) {
      const manifest = ActionName.safeParse(name).success ? await manifests.get(name) : undefined;
      if (manifest === undefined) throw new CountersignError("action_not_found", "No action of that name is published");
      return viewAction(manifest);
    },
  };
}

/** Which fields are secret, and which queue the workers poll, are no caller's business. */
function viewAction(manifest: Manifest): ActionView {
  const { secretFields: _secretFields, taskQueue: _taskQueue, ...view } = manifest;
  return view;
}
