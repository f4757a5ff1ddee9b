/** Whether a function is declared as async. One that only returns a promise can't be told from others before it is called. */
export function isAsyncFunction(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object AsyncFunction]";
}
