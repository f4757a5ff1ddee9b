import { describe } from "vitest";
import { ANYTHING, testLines } from "./shown-commands.ts";

describe("quotes and escapes", () => {
  testLines([
    ["git status", "git status"],
    ["  git   status\t-s  ", "git status -s"],
    ["'rm' \"-rf\" /", "rm -rf /"],
    ["\\rm -rf /", "rm -rf /"],
    ["r\\m -r\\f /", "rm -rf /"],
    ["r''m -r\"f\" /", "rm -rf /"],
    ["$'\\x72m' $'-\\162f' $'\\u002f'", "rm -rf /"],
    ['$"rm" -rf /', "rm -rf /"],
    ["r\\\nm -rf /", "rm -rf /"],
    ["echo 'it'\\''s' \"a \\\"b\\\" \\$c \\x\"", 'echo it\'s "a \\"b\\" $c \\\\x"'],
    ["echo '' \"\"", 'echo "" ""'],
    ["echo a\\ b 'c d'", 'echo "a b" "c d"'],
    ["echo a#b # rm -rf /", "echo a#b"],
    ["echo $'a\\0b'", "echo a"],
    ["rm -rf /\r\nls\r\n", "rm -rf /", "ls"],
    ["rm\u0000 -rf /", "rm -rf /"],
    ["rm\u00a0-rf /", "rm\u00a0-rf /"],
  ]);
});

describe("programs", () => {
  testLines([
    ["/bin/rm x", "rm x"],
    ["./rm x", "rm x"],
    ["../../usr/bin/rm x", "rm x"],
    ["RM x", "RM x"],
    ["rm.exe x", "rm x"],
    ["/c/Git/bin/GIT.EXE status", "git status"],
    ["'C:\\Git\\git.exe' status", "git status"],
    ["=rm x", "rm x"],
    ["/bin/r?? x", "‹?› x"],
    ["$CMD x", "‹?› ‹?›+ x"],
    ['"$CMD" x', "‹?› x"],
    ["$DIR/rm x", "‹?› ‹?›+ x"],
    ['"$DIR/rm" x', "rm x"],
    ["~/bin/tool x", "tool x"],
    ["$HOME/bin/tool x", "tool x"],
    ["$(which rm) x", "which rm", "‹?› ‹?›+ x"],
    ["r$X x", "‹?› ‹?›+ x"],
    ["${X:-rm} x", "‹?› ‹?›+ x"],
    ["c$@at x", "‹?› ‹?›+ x"],
    ["$SHELL x.sh", "sh x.sh"],
    ["\\", "\\"],
  ]);
});

describe("expansions", () => {
  testLines([
    ["rm $X", "rm ‹?›+"],
    ['rm "$X"', "rm ‹?›"],
    ['rm "$X/a" b$Y', "rm ‹?›/a b‹?›+"],
    ['rm $1 $@ "$@" "$*"', "rm ‹?›+ ‹?›+ ‹?›+ ‹?›"],
    ["echo $? $# $$ $! $RANDOM ${#X} $((1 + 1)) $[2]", "echo ‹?› ‹?› ‹?› ‹?› ‹?› ‹?› ‹?› ‹?›"],
    ["echo ${X[0]} ${!X} ${X//a/b} ${X:1} ${X^^}", "echo ‹?›+ ‹?›+ ‹?›+ ‹?›+ ‹?›+"],
    ["rm$IFS-rf${IFS}/", "rm -rf /"],
    ["cat$IFS$9/etc/passwd", "cat /etc/passwd"],
    ['echo "a${IFS}b"', 'echo "a \\t\\nb"'],
    ["echo $(a; b 1) `c`", "a", "b 1", "c", "echo ‹?›+ ‹?›+"],
    ['echo "x$(a)y `b`"', "a", "b", 'echo "x‹?›y ‹?›"'],
    ["echo ${X:-$(a)} $((1 + $(b))) ${X/$(c)/$(d)} ${X[$(e)]}", "a", "b", "c", "d", "e", "echo ‹?›+ ‹?› ‹?›+ ‹?›+"],
    ["echo $(echo $(rm x))", "rm x", "echo ‹?›+", "echo ‹?›+"],
    ["cat <(a) >(b)", "a", "b", "cat /dev/fd/‹?› /dev/fd/‹?›"],
    ["echo ${ a; }", "a", "echo ‹?›+"],
    ["echo [$(a)]*", "a", "echo ‹?›*‹glob›+"],
    ["echo $HOME\\\nX", "echo ‹?›X+"],
    ["$\\\nX x", "$X x", ANYTHING],
  ]);
});

describe("homes and directories", () => {
  testLines([
    ["cat ~ ~/a ~bob/b ~+/c ~-/d ~1", "cat ~ ~/a ~/b ./c ‹?›/d ‹?›"],
    ['cat \'~/a\' \\~/b "~"/c ~"x" ~$X ~,', "cat ./~/a ./~/b ./~/c ./~x ./~‹?›+ ./~,"],
    ['cat $HOME ${HOME}/a "$HOME/b" ${HOME:-/root}/c ${HOME:?}/d', "cat ~ ~/a ~/b ~/c ~/d"],
    ["cat $HOMER ${HOME}r /tmp$HOME", "cat ‹?›+ ‹?›r /tmp‹?›"],
    ["dd if=$HOME/a of=~/b", "dd if=~/a of=~/b"],
    ["curl -T$HOME/a -d @$HOME/b file://$HOME/c", "curl -T~/a -d @~/b file://‹?›/c"],
    ["cat $PWD/a $(pwd)/b `pwd -P`/c ${PWD}x", "pwd", "pwd -P", "cat ./a ./b ./c ‹?›x"],
    ["cat $OLDPWD/a", "cat ‹?›/a+"],
    ["cat $TMPDIR/etc/shadow ${TMPDIR:-/tmp}/a", "cat ‹?›/etc/shadow+ /tmp/a"],
    ["pwd() { a; }; cat $(pwd)/x", "a", "pwd", "a", "cat ‹?›/x+"],
  ]);
});

describe("variables that the script sets", () => {
  testLines([
    ["X=rm; $X -rf /", "rm -rf / {X=rm}"],
    ["X='rm -rf /'; $X", 'rm -rf / {X="rm -rf /"}'],
    ['X="a b"; rm "$X" $X', 'rm "a b" a b {X="a b"}'],
    ["X=; rm $X y", 'rm y {X=""}'],
    ["X=1; rm ${X:-a} ${X:=b} ${X+c}", "rm 1 1 ‹?›+ {X=1}"],
    ["X='*'; rm $X \"$X\"", "rm *‹glob› * {X=*}"],
    ["X=~/a; rm $X/b", "rm ~/a/b {X=~/a}"],
    ["X='~/a'; rm $X b$X", "rm ./~/a b~/a {X=./~/a}"],
    ['X=$(a); rm $X "$X"', "a", "rm ‹?›+ ‹?› {X=‹?›}"],
    ["X=a X=${X}b; rm $X", "rm ab {X=a,X=ab}"],
    ["X=a true; rm $X", "true {X=a}", "rm ‹?›+"],
    ["X+=a; rm $X", "rm ‹?›+ {X=‹?›+}"],
    ["X=(a b); rm $X ${X[1]}", "rm ‹?›+ ‹?›+ {X=‹?›+}"],
    ["X=a; read X; rm $X", "read X {X=a}", "rm ‹?›+ {X=a}"],
    [
      "X=a; unset X; printf -v X b; let X=1; rm $X",
      "unset X {X=a}",
      "printf -v X b {X=a}",
      "let X=1 {X=a}",
      "rm ‹?›+ {X=a}",
    ],
    ["X=a; ((X++)); rm $X", "rm ‹?›+ {X=a}"],
    ["X=a; echo $((X = 2)); rm $X", "echo ‹?› {X=a}", "rm ‹?›+ {X=a}"],
    ["X=a; : ${Y:=b}; rm $X $Y", ": ‹?›+ {X=a}", "rm a ‹?›+ {X=a}"],
    ["X=a; b && X=c; rm $X", "b {X=a}", "rm ‹?›+ {X=a,X=c}"],
    ["X=a && rm $X", "rm a {X=a}"],
    ["if a; then X=b; fi; rm $X", "a", "rm ‹?›+ {X=b}"],
    ["X=b; if a; then X=b; fi; rm $X", "a {X=b}", "rm b {X=b,X=b}"],
    ["(X=a); rm $X", "rm ‹?›+ {X=a}"],
    ["X=a | b; rm $X", "b {X=a} <‹?›+", "rm ‹?›+ {X=a}"],
    ["IFS=,; X='rm,-rf'; $X", "‹?› ‹?›+ {IFS=,,X=rm,-rf}"],
    ["HOME=/; rm ~/etc $HOME/usr", "rm //etc //usr {HOME=/}"],
    ["export X=rm; $X y", "export X=rm", "rm y {X=rm}"],
    ["HOME=$X; rm ~/a ~bob/b", "rm ‹?›/a ~/b {HOME=‹?›}"],
    ["declare -n X=HOME; rm ~/a $HOME/b", "declare -n X=HOME", "rm ‹?›/a ‹?›/b+ {X=HOME}"],
    ["source x; X=a; . y; rm $X", "source x", ". y {X=a}", "rm ‹?›+ {X=a}"],
    ["PWD=/etc; rm $PWD/a", "rm /etc/a {PWD=/etc}"],
    ["X=$PWD; rm $X/a; cd b; rm $X/a", "rm ./a {X=.}", "cd b {X=.}", "rm ‹?›/a+ {X=.}", "rm ‹?›/a+ @b {X=.}"],
  ]);
});

describe("braces", () => {
  testLines([
    ["{rm,-rf,/}", "rm -rf /"],
    ["echo a{b,c}d {1..3} {c..a} {01..03} {1..10..4}", "echo abd acd 1 2 3 c b a 01 02 03 1 5 9"],
    ["echo {a,{b,c}} {a,b}{c,d} {a,} x{,}y", "echo a b c ac ad bc bd a xy xy"],
    [
      "echo {a} {} {a,b {a..} \\{a,b\\} '{a,b}' \"{a,b}\" ${x}{a,b}",
      "echo {a} {} {a,b {a..} {a,b} {a,b} {a,b} ‹?›a+ ‹?›b+",
    ],
    ["echo {a,'b,c'} {a,\"$X\"} {a,$(b)} {~,c}", "b", "echo a b,c a ‹?› a ‹?›+ ~ c"],
    [
      "echo {a},b} {{a,b} {a,b}} {-1..1} {z..x..2} {a..1} {#,b} {a,b\\",
      "echo a} b {a {b a} b} -1 0 1 z x {a..1} # b {a,b\\",
    ],
    ["echo {1..1000} {a,{1..500}} {1..3..0}", "echo ‹?›+ ‹?›+ 1 2 3"],
    ["echo {1..20}{1..20}", "echo ‹?›+"],
    ["echo {1..150},{1..150} x", "echo ‹?›+ x"],
    [`echo ${"{a,b}".repeat(30)}`, "echo ‹?›+"],
    [`echo {a,${"x".repeat(60_000)}{1..150}}`, ANYTHING],
    ["X={a,b}; Y={a,$(b)}; Z={a\\,b}; c", "b {X={a,b}}", "c {X={a,b},Y=‹?›,Z={a,b}}"],
    ["rm {a,b}/$(c)", "c", "c", "rm a/‹?›+ b/‹?›+"],
  ]);
});

describe("globs", () => {
  testLines([
    ["rm *.js", "rm *.js‹glob›"],
    ["rm a?b [a-z]* 'a*'* \\[x", "rm a?b‹glob› [a-z]*‹glob› a\\**‹glob› [x"],
    ["rm \"*\" '?' \\*", "rm * ? *"],
    ["rm !(a|b) @(c)d", "rm *‹glob› *d‹glob›"],
    ["rm !($(a))", "a", "rm *‹glob›"],
    ["X=[a]* Y=@(a); rm $X", "rm [a]*‹glob› {X=[a]*,Y=@(a)}"],
    ["rm $X*", "rm ‹?›*‹glob›+"],
  ]);
});
