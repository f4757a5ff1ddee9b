import { styleText } from "node:util";
import { type Terminal, toPrintable, toPrintableJson } from "./terminal.ts";

/** A cell or a field: absent ones stay empty, everything that is no text or number is shown as JSON. */
export type Value = unknown;

/** A list as it is shown: headings, and what stands below each for one item. */
export interface Columns<Item> {
  readonly headings: readonly string[];
  /** Characters of each column on a screen, a space on either side included; longer text is wrapped. Without, columns are as wide as their texts. */
  readonly widths?: readonly number[];
  readonly cells: (item: Item) => readonly Value[];
}

/** How an answer is shown. */
export interface OutputOptions {
  /** As JSON, for programs. */
  readonly json?: boolean | undefined;
}

const STATUS_COLOURS: Readonly<Record<string, "green" | "yellow" | "red">> = {
  ok: "green",
  FAILED: "red",
  executed: "green",
  approved: "green",
  allow: "green",
  accepted: "yellow",
  pending: "yellow",
  executing: "yellow",
  uncertain: "yellow",
  require_approval: "yellow",
  denied: "red",
  deny: "red",
  rejected: "red",
  expired: "red",
  canceled: "red",
  failed: "red",
};

/** Prints JSON: one document, indented. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.print(toPrintableJson(value, 2));
}

/** Prints a list: a table for a person, aligned text otherwise. */
export async function printList<Item>(
  terminal: Terminal,
  items: readonly Item[],
  columns: Columns<Item>,
): Promise<void> {
  const rows = items.map((item) => columns.cells(item).map(toText));
  if (rows.length === 0) return terminal.note("Nothing found");
  if (!terminal.isInteractive) return printAligned(terminal, [columns.headings, ...rows]);
  const { default: Table } = await import("cli-table3");
  const wrap = columns.widths && { colWidths: [...columns.widths], wordWrap: true, wrapOnWordBoundary: true };
  const table = new Table({ head: [...columns.headings], style: { head: ["bold"], compact: true }, ...wrap });
  table.push(...rows.map((row) => row.map((text, column) => colourStatus(breakWords(text, columns.widths?.[column])))));
  terminal.print(table.toString());
}

/** Prints one thing as labelled lines; absent and empty values are left out. */
export function printFields(terminal: Terminal, fields: Readonly<Record<string, Value>>): void {
  const present = Object.entries(fields)
    .map(([label, value]) => [label, toText(value)] as const)
    .filter(([, text]) => text !== "");
  const width = Math.max(...present.map(([label]) => label.length));
  for (const [label, text] of present) {
    const heading = `${label}:`.padEnd(width + 2);
    terminal.print(terminal.isInteractive ? `${styleText("bold", heading)}${colourStatus(text)}` : `${heading}${text}`);
  }
}

/** A value as one line of text. */
export function toText(value: Value): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return toPrintable(value);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return toPrintable(value.join(", "));
  return toPrintableJson(value);
}

/** A text without words that are wider than their column: those would be cut. */
function breakWords(text: string, width: number | undefined): string {
  return width === undefined ? text : text.replaceAll(new RegExp(`\\S{${width - 2}}(?=\\S)`, "g"), "$& ");
}

function colourStatus(text: string): string {
  const colour = Object.hasOwn(STATUS_COLOURS, text) ? STATUS_COLOURS[text] : undefined;
  return colour === undefined ? text : styleText(colour, text);
}

function printAligned(terminal: Terminal, rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    terminal.print(cells.join("  ").trimEnd());
  }
}
