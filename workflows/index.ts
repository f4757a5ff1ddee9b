export { guardedAction } from "./guarded-action.ts";
