import { describe, expect, it } from "vitest";
import { readCommandPaths } from "../../../../../src/core/policy/facets/paths/command-paths.ts";
import { buildCommand } from "./build-command.ts";

/** Paths as `read+write text`, with `(tree)` behind those whose whole content is meant. */
function listPaths(line: string): readonly string[] {
  const paths = readCommandPaths(buildCommand(line), { workspace: [], directory: "", isAdrift: false });
  return paths.map(
    ({ text, accesses, isTree }) => `${accesses.join("+")} ${text.replaceAll("\0", "$")}${isTree ? " (tree)" : ""}`,
  );
}

describe("readCommandPaths() of programs whose command line is like no other's", () => {
  it.each<[line: string, ...expected: string[]]>([
    ["find a -name b", "list a"],
    ["find -L a b -type f", "list a", "list b"],
    ["find a ( -name x )", "list a"],
    ["find a -delete", "list+delete a"],
    ["find a -fprint b", "overwrite b", "list a"],
    ["find -files0-from a", "read a"],
    ["find a -exec cat -delete ; -fprint b", "overwrite b", "list a"],
    ["find a -exec cat", "list a"],
    ["find a -fprint", "list a"],
    ["dd if=a of=b bs=1M", "read a", "overwrite b"],
    ["tar czf a b", "overwrite a", "read b (tree)"],
    ["tar -czf a b", "overwrite a", "read b (tree)"],
    ["tar cfz a b", "overwrite a", "read b (tree)"],
    ["tar --create --file=a b", "overwrite a", "read b (tree)"],
    ["tar cf - b", "read b (tree)"],
    ["tar cf host:a b", "read b (tree)"],
    ["tar cf a --remove-files b", "overwrite a", "read+delete b (tree)"],
    ["tar cf a -C c b", "overwrite a", "read c/b (tree)"],
    ["tar xf a", "read a", "write . (tree)"],
    ["tar xf a -C b", "read a", "write b (tree)"],
    ["tar xf a -C $", "read a", "write $ (tree)", "write . (tree)"],
    ["tar tf a", "read a"],
    ["tar xPf a", "read a", "write $", "write . (tree)"],
    ["tar cf a -T b", "overwrite a", "read b"],
    ["tar"],
    ["tar cf"],
  ])("%s is read in its own way", (line, ...expected) => {
    expect(listPaths(line)).toEqual(expected);
  });

  it.each<[line: string, ...expected: string[]]>([
    ["git status"],
    ["git commit -m cat·/etc/shadow"],
    ["git add .env"],
    ["git show HEAD:.env", "read .env"],
    ["git show HEAD"],
    ["git diff --no-index /etc/shadow a.txt", "read /etc/shadow", "read a.txt"],
    ["git log -p -- .env", "read .env"],
    ["git log .env"],
    ["git -C a cat-file -p HEAD:.env", "read .env"],
    ["git commit -F a", "read a"],
    ["git rm a", "delete a"],
    ["git mv a b", "write a", "write b"],
    ["git clone https://example.com/a b", "write b"],
    ["git clone https://example.com/a"],
    ["git init a", "write a"],
    ["git worktree add a", "write a"],
    ["git worktree list a"],
    ["git format-patch -o a", "overwrite a"],
    ["git config --file a x y", "write a"],
    ["git"],
  ])("%s", (line, ...expected) => {
    expect(listPaths(line)).toEqual(expected);
  });

  it.each<[line: string, ...expected: string[]]>([
    ["docker run -v /a:/b image cat /etc/shadow", "read+write /a (tree)"],
    ["docker run -v /a:/b:ro image", "read /a (tree)"],
    ["docker run -v data:/b image"],
    ["docker run --mount type=bind,source=/a,target=/b image", "read+write /a (tree)"],
    ["docker run --mount type=bind,src=/a,target=/b,readonly image", "read /a (tree)"],
    ["docker run --mount type=volume,source=data,target=/b image"],
    ["docker run --env-file a image", "read a"],
    ["docker run"],
    ["docker cp a box:/b", "read a (tree)"],
    ["docker cp box:/b a", "read /b (tree)", "write a (tree)"],
    ["docker cp"],
    ["docker rm -f box", "read box"],
    ["docker compose -f a up", "read a"],
    ["docker compose run -v /a:/b service cat /c", "read+write /a (tree)"],
    ["docker exec -w /a box cat /b"],
    ["docker container cp a box:/b", "read a (tree)"],
    ["docker build -f a .", "read a"],
    ["podman ps"],
  ])("%s", (line, ...expected) => {
    expect(listPaths(line)).toEqual(expected);
  });

  it.each<[line: string, ...expected: string[]]>([
    ["crontab -e", "write /var/spool/cron/crontab"],
    ["crontab -l"],
    ["useradd ada", "write /etc/passwd"],
    ["sysctl -w a=b", "write /proc/sys/kernel"],
    ["sysctl -a"],
    ["systemctl enable a", "write /etc/systemd/system/unit"],
    ["systemctl --user enable a"],
    ["systemctl status a"],
    ["systemctl"],
  ])("%s changes what it doesn't name", (line, ...expected) => {
    expect(listPaths(line)).toEqual(expected);
  });
});
