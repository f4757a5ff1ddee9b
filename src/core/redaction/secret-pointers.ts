/** JSON pointers as a tree of their tokens: what to redact whole, and where further ones lead. */
export interface PointerTree {
  /** Whether a pointer ends here: the value is redacted, whatever it is. */
  readonly isSecret: boolean;
  /** The trees of the members that pointers lead through. */
  readonly members: ReadonlyMap<string, PointerTree>;
}

interface GrowingTree extends PointerTree {
  isSecret: boolean;
  readonly members: Map<string, GrowingTree>;
}

/**
 * Reads RFC 6901 pointers. One without its leading slash is read as if it had one, since to redact too little because of
 * a typing error would be worse.
 */
export function growPointerTree(pointers: readonly string[]): PointerTree {
  const root = createNode();
  for (const pointer of pointers) {
    let node = root;
    for (const token of readTokens(pointer)) {
      const next: GrowingTree = node.members.get(token) ?? createNode();
      node.members.set(token, next);
      node = next;
    }
    node.isSecret = true;
  }
  return root;
}

function readTokens(pointer: string): readonly string[] {
  if (pointer === "") return [];
  const path = pointer.startsWith("/") ? pointer.slice(1) : pointer;
  return path.split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function createNode(): GrowingTree {
  return { isSecret: false, members: new Map() };
}
