/** A stage with who may sit in it, and how many it needs. */
export interface Seats {
  readonly needed: number;
  /** Subjects; at least `needed`. */
  readonly candidates: ReadonlySet<string>;
}

/** Whether every stage finds as many people as it needs with nobody in two of them. */
export function canSeatAll(stages: readonly Seats[]): boolean {
  const seated = new Map<string, Seats>();
  return stages.every((stage) => {
    for (let seat = 0; seat < stage.needed; seat += 1) if (!seatOne(stage, seated, new Set())) return false;
    return true;
  });
}

/** Finds one more person for a stage. Somebody who sits in another one may come if that one finds somebody else: an augmenting path. */
function seatOne(stage: Seats, seated: Map<string, Seats>, asked: Set<Seats>): boolean {
  asked.add(stage);
  for (const person of stage.candidates) {
    const other = seated.get(person);
    if (other !== undefined && (asked.has(other) || !seatOne(other, seated, asked))) continue;
    seated.set(person, stage);
    return true;
  }
  return false;
}
