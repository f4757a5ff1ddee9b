const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})?) ([+-]?(?:[\d.]+(?:e[+-]?\d+)?|inf|nan))$/i;

/** Reads Prometheus' text format (version 0.0.4): values by sample, labels included. Throws for a line that is none. */
export function readSamples(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    if (line === "" || /^# (HELP|TYPE) \S+ \S/.test(line)) continue;
    const [, name, value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) throw new Error(`This is no sample: ${line}`);
    samples.set(name, Number(value));
  }
  return samples;
}
