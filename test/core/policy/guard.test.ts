import {
  compilePolicy,
  createPolicy,
  parsePolicy,
  type PolicyCall,
  type PolicyEngine,
  type Verdict,
} from "countersign/policy";
import { describe, expect, it } from "vitest";
import { CountersignError } from "../../../src/core/countersign-error.ts";

const policy = compilePolicy(
  parsePolicy({
    version: 1,
    rules: [
      { name: "reads", effect: "allow", match: { action: ["read", "add"] } },
      { name: "asks", effect: "require_approval", match: { action: "pay" }, reason: "Money moves" },
      { name: "asks and hides", effect: "require_approval", match: { action: "send" }, sanitize: { remove: ["/bcc"] } },
      {
        name: "hides",
        effect: "sanitize",
        match: { action: ["mail", "join"] },
        sanitize: { set: { "/0": "x", "/footer": "By a program" } },
      },
      { name: "counts", effect: "allow", match: { action: "count" }, limits: { attempts: { per_run: 1 } } },
      { name: "admins", effect: "allow", match: { action: "wipe", roles: "admin", risk: "high", run: "r1" } },
    ],
  }),
);

function read(path: string): string {
  return `contents of ${path}`;
}
function add(a: number, b: number): number {
  return a + b;
}
function pay(order: { cents: number }): number {
  return order.cents;
}
async function send(mail: { to: string; bcc?: string }): Promise<object> {
  return mail;
}

function catchError(run: () => unknown): CountersignError {
  try {
    run();
  } catch (error) {
    if (error instanceof CountersignError) return error;
  }
  throw new Error("No typed error was thrown");
}

describe("policy.guard", () => {
  it("guard() runs what is allowed and gives its own result", () => {
    const result: string = policy.guard(read)("/a");
    expect(result).toBe("contents of /a");
    expect(policy.guard(add)(1, 2)).toBe(3);
  });

  it("guard() keeps this and the arguments", () => {
    const account = {
      balance: 5,
      read: policy.guard(function read(this: { balance: number }, add: number) {
        return this.balance + add;
      }),
    };
    expect(account.read(1)).toBe(6);
  });

  it("guard() throws the denial with its verdict, in words for a model", () => {
    const error = catchError(() => policy.guard(function drop() {})());
    expect(error).toMatchObject({ code: "action_denied", details: { verdict: { effect: "deny", defaulted: true } } });
    expect(error.toPrompt()).toBe(
      "BLOCKED (action_denied): No rule decides this call, so the default applies: deny\n" +
        "Do not repeat the same call; change the plan or ask a person.",
    );
  });

  it("guard() denies what needs an approval when nobody can be asked", () => {
    const error = catchError(() => policy.guard(pay)({ cents: 1 }));
    expect(error.toPrompt()).toContain(
      "BLOCKED (action_denied): This call needs an approval that nobody was asked for: Money moves",
    );
    expect(error.details["verdict"]).toMatchObject({ effect: "require_approval" });
  });

  it("guard() asks for an approval, at once or later, and only true is one", async () => {
    const asked: PolicyCall[] = [];
    const now = policy.guard(pay, { onApproval: (_verdict, call) => asked.push(call) > 0 });
    expect(now({ cents: 7 })).toBe(7);
    expect(asked).toMatchObject([{ action: "pay", input: { cents: 7 } }]);
    expect(await policy.guard(pay, { onApproval: async () => true })({ cents: 8 })).toBe(8);
    const refused = policy.guard(pay, { onApproval: async () => false });
    await expect(refused({ cents: 9 })).rejects.toMatchObject({
      code: "approval_rejected",
      message: "This call was not approved: Money moves",
    });
    const vague = policy.guard(pay, { onApproval: () => "yes" as unknown as boolean });
    expect(catchError(() => vague({ cents: 9 })).code).toBe("approval_rejected");
  });

  it("guard() hands on a promise that is an argument, as it is", async () => {
    const given = Promise.resolve("later");
    expect(policy.guard((promise: Promise<string>) => promise, { action: "read" })(given)).toBe(given);
    const approved = policy.guard((promise: Promise<string>) => promise, {
      action: "pay",
      onApproval: async () => true,
    });
    expect(await approved(given)).toBe("later");
  });

  it("guard() rejects instead of throwing where the function is async", async () => {
    await expect(policy.guard(send)({ to: "a" })).rejects.toMatchObject({ code: "action_denied" });
  });

  it("guard() shows approvers the changed input and runs with it", async () => {
    const mail = { to: "a", bcc: "b" };
    const asked: unknown[] = [];
    const guarded = policy.guard(send, { onApproval: (_verdict, { input }) => asked.push(input) > 0 });
    expect(await guarded(mail)).toEqual({ to: "a" });
    expect(asked).toEqual([{ to: "a" }]);
    expect(mail).toEqual({ to: "a", bcc: "b" });
  });

  it("guard() changes one argument, several, or those that an option makes of the input", () => {
    const mail = compilePolicy(
      parsePolicy({
        version: 1,
        rules: [{ name: "r", effect: "sanitize", sanitize: { set: { "/text": "-" } } }],
      }),
    );
    expect(
      mail.guard(function mail(letter: { text: string }) {
        return letter;
      })({ text: "x" }),
    ).toEqual({ text: "-" });
    const list = compilePolicy(
      parsePolicy({ version: 1, rules: [{ name: "r", effect: "sanitize", sanitize: { set: { "/1": 9 } } }] }),
    );
    expect(list.guard(add)(1, 2)).toBe(10);
    const join = (first: string, text: string): string => `${first} ${text}`;
    const input = (_first: string, text: string) => ({ text });
    const args = (changed: unknown): [string, string] => ["changed", (changed as { text: string }).text];
    expect(mail.guard(join, { input, args })("first", "x")).toBe("changed -");
    const error = catchError(() => mail.guard(join, { input })("first", "x"));
    expect(error.message).toBe("The policy changed the input, and nothing says which arguments that makes");
  });

  it("guard() denies an input that can't be changed as the policy wants, without its values", () => {
    const error = catchError(() =>
      policy.guard(function mail(text: string) {
        return text;
      })("secret"),
    );
    expect(error).toMatchObject({
      code: "action_denied",
      message: "The input has no place for /0, which the policy sets",
    });
  });

  it("guard() denies what the policy limits: it can't count", () => {
    const error = catchError(() => policy.guard(function count() {})());
    expect(error.message).toBe("The policy limits this call, and nothing here counts calls");
  });

  it("guard() tells the policy what its options say", () => {
    const wipe = (name: string): string => name;
    const options = {
      action: "wipe",
      run: "r1",
      manifest: { risk: "high" as const },
      actor: (name: string) => ({ roles: [name] }),
    };
    expect(policy.guard(wipe, options)("admin")).toBe("admin");
    expect(catchError(() => policy.guard(wipe, options)("guest")).code).toBe("action_denied");
    expect(policy.guard(wipe, { ...options, actor: { roles: ["admin"] } })("x")).toBe("x");
    expect(
      catchError(() =>
        policy.guard(
          (
            () => () =>
              1
          )(),
        ),
      ).code,
    ).toBe("invalid_request");
  });
});

describe("createPolicy", () => {
  const allow: Verdict = { effect: "allow", reason: "", matched: [], shadow: [], obligations: {}, defaulted: true };
  const engine = (answer: () => unknown): PolicyEngine => ({ evaluate: answer as PolicyEngine["evaluate"] });

  it("createPolicy() guards by any engine that answers at once or later", async () => {
    expect(createPolicy(engine(() => allow)).guard(add)(1, 2)).toBe(3);
    const later = createPolicy(engine(async () => allow));
    expect(await later.guard(add)(1, 2)).toBe(3);
    expect(await later.evaluate({ action: "a", input: {} })).toBe(allow);
    expect(createPolicy(policy).guard(read)("/a")).toBe("contents of /a");
  });

  it("createPolicy() gives the engine the call", async () => {
    const calls: PolicyCall[] = [];
    const recording = createPolicy({
      evaluate: async (call) => {
        calls.push(call);
        return { ...allow, effect: "deny", reason: "No" };
      },
    });
    const guarded = recording.guard(add, { actor: { subject: "ada" } });
    await expect(guarded(1, 2)).rejects.toMatchObject({ code: "action_denied", message: "No" });
    expect(calls).toMatchObject([{ action: "add", input: [1, 2], actor: { subject: "ada" } }]);
    await expect(recording.guard(function none() {})()).rejects.toThrow("No");
    expect(calls[1]?.input).toEqual([]);
  });

  it.each<[what: string, answer: unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a word", "allow"],
    ["an effect alone", { effect: "allow" }],
    ["an unknown effect", { ...allow, effect: "ALLOW" }],
    ["no reason", { ...allow, reason: undefined }],
    ["obligations that are none", { ...allow, obligations: null }],
    ["obligations that are text", { ...allow, obligations: "none" }],
  ])("createPolicy() runs nothing when the engine answers %s", async (_, answer) => {
    const message = "The policy could not be asked, so this call was blocked";
    const error = catchError(() => createPolicy(engine(() => answer)).guard(read)("/a"));
    expect(error).toMatchObject({ code: "internal", message });
    const later = createPolicy(engine(async () => answer)).guard(read);
    await expect(later("/a")).rejects.toMatchObject({ code: "internal", message });
  });

  it("createPolicy() runs nothing when the engine fails, and keeps why", async () => {
    const cause = new Error("down");
    const failing = engine(() => {
      throw cause;
    });
    expect(catchError(() => createPolicy(failing).guard(read)("/a"))).toMatchObject({ code: "internal", cause });
    const rejecting = createPolicy(engine(() => Promise.reject(cause))).guard(read);
    await expect(rejecting("/a")).rejects.toMatchObject({ code: "internal", cause });
  });

  it("createPolicy() denies a change that isn't described, or can't be made", () => {
    const vague = createPolicy(engine(() => ({ ...allow, effect: "sanitize" })));
    expect(catchError(() => vague.guard(read)("/a")).message).toBe(
      "The policy wants the input changed and doesn't say how",
    );
    const odd = createPolicy(
      engine(() => ({ ...allow, effect: "sanitize", obligations: { sanitize: { mask: [7] } } })),
    );
    expect(catchError(() => odd.guard(read)("/a")).code).toBe("action_denied");
  });
});
