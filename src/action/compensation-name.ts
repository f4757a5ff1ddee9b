/** Name of the action whose calls undo those of the action of this name. Wire name. */
export function compensationName(name: string): string {
  return `${name}.compensate`;
}
