import { formatFault, type PolicyFault } from "../core/policy/index.ts";
import { type Terminal, toPrintable } from "./terminal.ts";

/** Prints a line per fault, `file:line:column message`, as editors and CI read it. */
export function printFaults(terminal: Terminal, file: string, faults: readonly PolicyFault[]): void {
  for (const fault of faults) terminal.print(toPrintable(`${placeOf(file, fault)} ${describe(fault)}`));
}

/** As {@link printFaults}, for what is allowed and probably not meant. */
export function printWarnings(terminal: Terminal, file: string, warnings: readonly PolicyFault[]): void {
  for (const warning of warnings)
    terminal.print(toPrintable(`${placeOf(file, warning)} warning: ${describe(warning)}`));
}

/** Says that there are warnings to a document that is about to be used for something else than finding them. */
export function noteWarnings(terminal: Terminal, file: string, warnings: readonly PolicyFault[]): void {
  const [first, ...others] = warnings;
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more: countersign policy check)`;
  terminal.note(toPrintable(`${placeOf(file, first)} warning: ${describe(first)}${more}`));
}

function placeOf(file: string, { line, column }: PolicyFault): string {
  return line === undefined ? file : `${file}:${line}:${column}`;
}

function describe({ line: _line, column: _column, ...fault }: PolicyFault): string {
  return formatFault(fault);
}
