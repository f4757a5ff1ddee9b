import fc from "fast-check";

// One seed for all properties, so that a change is judged by the change and not by luck; `FC_SEED` explores others.
fc.configureGlobal({ seed: Number(process.env["FC_SEED"] ?? 20_261_121) });
