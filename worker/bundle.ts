import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from "@temporalio/worker";

let bundled: Promise<WorkflowBundleOption> | undefined;

/** The workflows' code: prebuilt beside the package's own code, or bundled once per process when run from sources. */
export function workflowBundle(): Promise<WorkflowBundleOption> {
  bundled ??= import.meta.url.endsWith(".ts") ? bundleSources() : Promise.resolve(prebuilt());
  return bundled;
}

function prebuilt(): WorkflowBundleOption {
  return { codePath: fileURLToPath(new URL("../workflow-bundle.js", import.meta.url)) };
}

function bundleSources(): Promise<WorkflowBundleOption> {
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL("../workflows/", import.meta.url)),
    logger: new DefaultLogger("WARN"),
  });
}
