// Every exported name has a docstring, and so has every property of the types that the package publishes.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { root } from "./paths.mjs";

const FOLDERS = ["src", "workflows", "activities", "worker"];
const ENTRY_POINTS = [
  "src/index.ts",
  "src/core/policy/index.ts",
  "worker/index.ts",
  "src/server.ts",
  "src/embedded/index.ts",
];

const published = new Set(ENTRY_POINTS.filter((file) => existsSync(join(root, file))).flatMap(listPublished));
const faults = FOLDERS.flatMap(listSources).flatMap(checkFile);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

/** @param {string} folder */
function listSources(folder) {
  const entries = readdirSync(join(root, folder), { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

/** @param {string} file */
function parse(file) {
  return ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
}

/**
 * The names that an entry point hands on, each as `file#name`.
 * @param {string} file
 */
function listPublished(file) {
  return parse(file)
    .statements.filter(ts.isExportDeclaration)
    .flatMap(({ moduleSpecifier, exportClause }) => {
      if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return [];
      const target = join(dirname(file), moduleSpecifier.text);
      const names = exportClause !== undefined && ts.isNamedExports(exportClause) ? exportClause.elements : [];
      return names.map((element) => `${target}#${(element.propertyName ?? element.name).text}`);
    });
}

/** @param {string} file */
function checkFile(file) {
  const source = parse(file);
  const documented = new Set();
  /** @type {string[]} */
  const found = [];
  for (const statement of source.statements.filter(isExported)) {
    for (const { name, node } of declaredNames(statement)) {
      // A schema and its type share one name and one docstring; overloads share the first one's.
      if (hasDocstring(statement)) documented.add(name);
      else if (!documented.has(name)) found.push(`${position(node)} ${name} has no docstring`);
      if (published.has(`${file}#${name}`)) found.push(...undocumentedMembers(name, node));
    }
  }
  return found;

  /** @param {ts.Node} node */
  function position(node) {
    return `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
  }

  /**
   * @param {string} owner
   * @param {ts.Declaration} node
   */
  function undocumentedMembers(owner, node) {
    const described = new Set();
    return membersOf(node).flatMap((member) => {
      const name = ts.getNameOfDeclaration(member)?.getText() ?? "?";
      if (hasDocstring(member)) described.add(name);
      return described.has(name) ? [] : [`${position(member)} ${owner}.${name} has no docstring`];
    });
  }
}

/** @param {ts.Statement} statement */
function isExported(statement) {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)
  );
}

/**
 * @param {ts.Statement} statement
 * @returns {{ name: string, node: ts.Declaration }[]}
 */
function declaredNames(statement) {
  const declarations = ts.isVariableStatement(statement)
    ? [...statement.declarationList.declarations]
    : [/** @type {ts.DeclarationStatement} */ (statement)];
  return declarations.map((node) => ({ name: ts.getNameOfDeclaration(node)?.getText() ?? "?", node }));
}

/**
 * @param {ts.Declaration} node
 * @returns {ts.Declaration[]}
 */
function membersOf(node) {
  if (ts.isInterfaceDeclaration(node)) return [...node.members];
  if (ts.isTypeAliasDeclaration(node) && ts.isTypeLiteralNode(node.type)) return [...node.type.members];
  return [];
}

/** @param {ts.Node} node */
function hasDocstring(node) {
  return ts.getJSDocCommentsAndTags(node).some((doc) => ts.isJSDoc(doc) && (doc.comment ?? "") !== "");
}
