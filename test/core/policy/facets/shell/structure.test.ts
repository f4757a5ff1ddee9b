import { describe } from "vitest";
import { ANYTHING, testLines } from "./shown-commands.ts";

describe("lists", () => {
  testLines([
    ["", ...[]],
    ["# nothing", ...[]],
    ["a; b\nc & d && e || f | g |& h", "a", "b", "c", "d", "e", "f", "g <‹?›+", "h <‹?›+"],
    ["! a; time -p b; time ! c", "a", "b", "c"],
    ["(a; b); { c; d; }", "a", "b", "c", "d"],
    ["if a; then b; elif c; then d; else e; fi", "a", "b", "c", "d", "e"],
    ["while a; do b; done; until c; do d; done", "a", "b", "c", "d"],
    ["case $(a) in $(b)) c;; x) d;& y) e;;& *) f; esac", "a", "b", "c", "d", "e", "f"],
    ["select x in $(a) b; do c $x; done", "a", "c ‹?›+"],
    ["for ((i = $(a); i < 3; i++)); do b $i; done", "a", "b ‹?›+"],
    ["[[ -n $(a) && $(b) == x || ! ( -f $(c) ) ]]; (( $(d) + 1 ))", "a", "b", "c", "d"],
    ["coproc a b; coproc N { c; }", "a b <‹?›+", "c <‹?›+"],
    ["#!/bin/sh\na", "a"],
  ]);
});

describe("redirects", () => {
  testLines([
    ["a > b 2>> c &> d &>> e >| f <> g < h", "a overwrite:b write:c overwrite:d write:e overwrite:f write:g read:h <‹?›+"],
    ["a 2>&1 >&2 <&3 >&- >& b 3< c {x}> d", "a overwrite:b read:c overwrite:d <‹?›+"],
    ["a > $X >> \"$Y\" > *.z > {b,c}", "a overwrite:‹?›+ write:‹?› overwrite:*.z‹glob› overwrite:‹?›+"],
    ["a > \"$(b)\" < <(c)", "b", "c", "a overwrite:‹?› read:/dev/fd/‹?› <‹?›+"],
    ["> /etc/x", ": overwrite:/etc/x"],
    ["X=1 > y; a", ": overwrite:y {X=1}", "a {X=1}"],
    ["{ a; b; } > c", ": overwrite:c", "a", "b"],
    ["(a) >> c; if b; then c; fi > d", ": write:c", "a", ": overwrite:d", "b", "c"],
    ["while read x; do a; done < b", ": read:b <‹?›+", "read x <‹?›+", "a <‹?›+"],
    ["a <<E\nb $X $(c) \\$d\nE", "c", 'a <"b ‹?› ‹?› $d\\n"'],
    ["a <<'E'\nb $X $(c)\nE\nd", 'a <"b $X $(c)\\n"', "d"],
    ["a <<-E\n\tb\n\tE\nc", 'a <"b\\n"', "c"],
    ["a <<< \"b $(c)\"", "c", 'a <"b ‹?›\\n"'],
    ["a 3<<E\n$(b)\nE", "b", "a"],
    ["a 4<<< $(b)", "b", "a"],
    ["a < b <<< c", 'a read:b <"c\\n"'],
    ["{ a; } <<< b; c", 'a <"b\\n"', "c"],
    ["a <", "a", ANYTHING],
  ]);
});

describe("pipelines", () => {
  testLines([
    ["echo a b | c", "echo a b", 'c <"a b\\n"'],
    ["echo -n a | c; echo -e 'a\\tb' | d", "echo -n a", 'c <"a\\n"', "echo -e a\\tb", 'd <"a\\tb\\n"'],
    ["echo $X | c; echo *.a | d; echo 'a\\b' | e", "echo ‹?›+", 'c <"‹?›\\n"', "echo *.a‹glob›", 'd <"‹?›\\n"', "echo a\\b", 'e <"a\\\\b\\n‹?›"'],
    ["echo | a", "echo", 'a <"\\n"'],
    ["printf 'a %s\\n' b c | d", 'printf "a %s\\\\n" b c', 'd <"a b\\na c\\n"'],
    ["printf -- '%%\\x41\\101\\u0042%b' 'c\\td' | e", "printf -- %%\\x41\\101\\u0042%b c\\td", 'e <"%AAB' + 'c\\td"'],
    ["printf '%d' 1 | a; printf $X | b; printf | c", "printf %d 1", "a <‹?›+", "printf ‹?›+", "b <‹?›+", "printf", "c <‹?›+"],
    ["printf '%s' $X *.a | b", "printf %s ‹?›+ *.a‹glob›", "b <‹?›‹?›"],
    ["cat <<< a | tee b | cat - | c", 'cat <"a\\n"', 'tee b <"a\\n"', 'cat - <"a\\n"', 'c <"a\\n"'],
    ["cat a | b; curl x | c; (echo a) | d", "cat a", "b <‹?›+", "curl x", "c <‹?›+", "echo a", "d <‹?›+"],
    ["base64 -d <<< YSBi | c", 'base64 -d <"YSBi\\n"', 'c <"a b"'],
    ["base64 -d <<< $X | c; base64 -d <<< '!' | d; base64 | e", "base64 -d <\"‹?›\\n\"", "c <‹?›+", 'base64 -d <"!\\n"', "d <‹?›+", "base64", "e <‹?›+"],
    ["a | X=1; b $X; c | cd /; d", "a", "b ‹?›+ {X=1}", "c {X=1}", "cd / {X=1} <‹?›+", "d {X=1}", "d @/ {X=1}"],
  ]);
});

describe("directories", () => {
  testLines([
    ["cd /tmp && a && b", "cd /tmp", "a @/tmp", "b @/tmp"],
    ["cd /tmp; a", "cd /tmp", "a", "a @/tmp"],
    ["cd /tmp && a; b", "cd /tmp", "a @/tmp", "b @/tmp", "b"],
    ["cd /tmp || exit 1; a", "cd /tmp", "exit 1", "exit 1 @/tmp", "a @/tmp"],
    ["cd /tmp || { a; exit; }; b", "cd /tmp", "a", "a @/tmp", "exit", "exit @/tmp", "b @/tmp"],
    ["cd /tmp || a; b", "cd /tmp", "a", "a @/tmp", "b @/tmp", "b"],
    ["a && exit; cd b && c", "a", "exit", "cd b", "c @b"],
    ["exit && a", "exit", "a"],
    ["set -e; cd /tmp; a", "set -e", "cd /tmp", "a @/tmp"],
    ["set -euo pipefail\ncd a\ncd b\nc; set +e; cd /; d", "set -euo pipefail", "cd a", "cd b @a", "c @a/b", "set +e @a/b", "cd / @a/b", "d @a/b", "d @/"],
    ["set -o errexit; cd a; b; set; c", "set -o errexit", "cd a", "b @a", "set @a", "c @a"],
    ["cd a && cd ../b/./c/.. && d", "cd a", "cd ../b/./c/.. @a", "d @b"],
    ["cd .. && cd ../x && a", "cd ..", "cd ../x @..", "a @../../x"],
    ["cd ~/a && cd ../b && c; cd ~ && cd .. && d", "cd ~/a", "cd ../b @~/a", "c @~/b"].concat([
      "cd ~ @~/b", "cd ~", "cd ~ @~/a", "cd .. @~", "d @~/.."].map((x) => x)) as [string, ...string[]],
    ["cd / && cd .. && a", "cd /", "cd .. @/", "a @/"],
    ["cd && a", "cd", "a @~"],
    ["HOME=/x; cd && a", "cd {HOME=/x}", "a @/x {HOME=/x}"],
    ["cd -P -- /a && b", "cd -P -- /a", "b @/a"],
    ["cd - && a; popd; b", "cd -", "a @‹?›", "popd", "popd @‹?›".slice(0, 0) || "b @‹?›"].filter((x) => x !== "") as [string, ...string[]],
    ["cd $X && a", "cd ‹?›+", "a @‹?›"],
    ["cd \"$X/b\" && a", "cd ‹?›/b", "a @‹?›"],
    ["cd a* && b", "cd a*‹glob›", "b @‹?›"],
    ["cd a b && c", "cd a b", "c @‹?›"],
    ["cd '' && a", 'cd ""', "a"],
    ["cd $X && cd b && cd /c && d", "cd ‹?›+", "cd b @‹?›", "cd /c @‹?›", "d @/c"],
    ["pushd /a && b; pushd; pushd +1", "pushd /a", "b @/a", "pushd @/a", "pushd", "pushd +1 @‹?›"],
    ["CDPATH=/x; cd a && b; cd ./a && c", "cd a {CDPATH=/x}", "b @‹?› {CDPATH=/x}", "cd ./a @‹?› {CDPATH=/x}", "c @‹?› {CDPATH=/x}"],
    ["(cd /a && b); c; { cd /d && e; }", "cd /a", "b @/a", "c", "cd /d", "e @/d"],
    ["cd /a & b", "cd /a", "b"],
    ["if cd a; then b; fi; c", "cd a", "b", "b @a", "c", "c @a"],
    ["if a; then cd b && c; else cd d && e; fi; f", "a", "cd b", "c @b", "cd d", "e @d", "f @d", "f", "f @b"],
    ["if a; then exit; fi; b; if c; then d; else exit; fi; e", "a", "exit", "b", "c", "d", "exit", "e"],
    ["cd a; cd b; cd c; d", "cd a", "cd b", "cd b @a", "cd c", "cd c @a", "cd c @b", "cd c @a/b", "d @‹?›"],
    ["command cd /a && b; builtin cd /c && d", "command cd /a", "cd /a", "b @/a", "builtin cd /c @/a", "builtin cd /c", "cd /c @/a", "cd /c", "d @/c"],
    ["env cd /a && b; sudo cd /c && d", "env cd /a", "cd /a", "b", "sudo cd /c", "cd /c", "d"],
    ["cd() { a; }; cd /b && c", "a", "cd /b", "a @‹?›", "c @‹?›"],
    [`cd ${"a/".repeat(3_000)} && b`, `cd ${"a/".repeat(3_000)}`, "b @‹?›"],
    ["$X && a", "‹?› ‹?›+", "a @‹?›"],
  ]);
});

describe("loops", () => {
  testLines([
    ["for f in a 'b c'; do rm $f \"$f\"; done", "rm a a", 'rm b c "b c"'],
    ["for f in *.a ~/b; do rm $f \"$f\"; done", "rm *.a‹glob› *.a‹glob›", "rm ~/b ~/b"],
    ["for f in $X; do rm $f; done", "rm ‹?›+"],
    ["for f in \"$X\"/a; do rm $f \"$f\"; done", "rm ‹?›/a+ ‹?›/a"],
    ["for f; do rm $f; done; for f in; do a $f; done", "rm ‹?›+", "a ‹?›+"],
    ["for f in {1..50}; do a $f; done", "a ‹?›+"],
    ["for f in $(a); do b; done", "a", "b"],
    ["for x in 1 2; do rm $X; X=$x; done; a $X", "rm ‹?›+", "rm ‹?›+ @‹?› {X=1}", "a ‹?›+ {X=1,X=2}"].slice(0, 1).concat(["rm ‹?›+", "rm ‹?›+ {X=1}"]) as [string, ...string[]],
    ["for d in a b; do (cd $d && c); done", "cd a", "c @a", "cd b", "c @b"],
    ["for d in a b; do cd $d; done; c", "cd a", "cd b @‹?›", "c @‹?›"],
    ["X=a; while b; do rm $X; X=c; done; d $X", "b {X=a}", "rm a {X=a}", "b @‹?› {X=a,X=c}", "rm ‹?›+ @‹?› {X=a,X=c}", "d ‹?›+ @‹?› {X=a,X=c,X=c}"],
    ["while a; do cd b; done; c", "a", "cd b", "a @‹?›", "cd b @‹?›", "c @‹?›"],
    ["while a; do exit; done; b", "a", "exit", "b"],
  ]);
});

describe("functions and aliases", () => {
  testLines([
    ["f() { rm $1 \"$@\"; }; f / x", "rm ‹?›+ ‹?›+", "f / x", "rm / / x"],
    ["function f { a; }; b", "a", "b"],
    ["f() (a) > b; f", ": overwrite:b", "a", "f", ": overwrite:b", "a"],
    ["f() { cd /a; }; f && b", "cd /a", "f", "cd /a", "b", "b @/a"],
    ["X=a; f() { rm $X; X=b; }; f; rm $X", "rm ‹?›+ {X=a}", "f {X=a,X=b}", "rm a {X=a,X=b}", "rm b {X=a,X=b,X=b}"],
    ["f() { f; }; f", "f", ANYTHING, "f", "f"],
    [":(){ :|:& };:", ":", ANYTHING, ": <‹?›+", ":", ":", ": <‹?›+"],
    ["f() { a; }; f() { b; }; f", "a", "b", "f", "a", "b"],
    ["f() { shift; rm $1; }; f a b", "shift", "rm ‹?›+", "f a b", "shift", "rm ‹?›+"],
    ["f() { rm $1 $2; }; f $X b", "rm ‹?›+ ‹?›+", "f ‹?›+ b", "rm ‹?›+ ‹?›+"],
    ["f() { rm $2 $3; }; f a b", "rm ‹?›+ ‹?›+", "f a b", "rm b"],
    ["set -- a b; rm $2 $1; set c; rm $1", "set -- a b", "rm b a", "set c", "rm c"],
    ["alias g='git push'; g -f", 'alias "g=git push"', "git push @‹?›", "g -f", "git push -f"],
    ["alias ls='ls -a'; ls b", 'alias "ls=ls -a"', "ls -a @‹?›", "ls b", "ls -a b"],
    ["alias; alias x; alias -p", "alias", "alias x", "alias -p"],
    ["alias cd='a'; cd /b && c", "alias cd=a", "a @‹?›", "cd /b", "a /b @‹?›", "c @‹?›"],
  ]);
});

describe("what is exported", () => {
  testLines([
    ["export A=b; c", "export A=b", "c {A=b}"],
    ["A=b; export A; c", "export A {A=b}", "c {A=b,A=b}"],
    ["declare -x A=b; readonly B=c; typeset C=d; local D=e; f", "declare -x A=b", "readonly B=c {A=b}", "typeset C=d {A=b,B=c}", "local D=e {A=b,B=c,C=d}", "f {A=b,B=c,C=d,D=e}"],
    ["A=b c; d", "c {A=b}", "d"],
    ["export A=$X 'B=c d'; e", 'export A=‹?› "B=c d"', 'e {A=‹?›,B=c d}'.replace("B=c d", 'B="c d"')],
    ["export $X; cat ~/a", "export ‹?›+", "cat ‹?›/a"],
    ["declare -A M; M[a]=b; declare X[0]=c; d", "declare -A M", "declare X[0]=c {M=‹?›+}", "d {M=‹?›+,X=c}"].slice(0, 3).concat(["d {M=‹?›+,X=‹?›+}"]) as [string, ...string[]],
    ["\\export A=b; 'export' C=d; e", "export A=b", "export C=d {A=b}", "e {A=b,C=d}"],
  ]);
});
