import type { ProgramPaths } from "./program-paths.ts";

/** Programs that carry files from one machine to another. */
export const TRANSFER_PROGRAMS: readonly ProgramPaths[] = [
  {
    programs: "rsync",
    operands: ["read"],
    last: ["write"],
    tree: "-a -r --archive --recursive",
    isRemote: true,
    values: {
      read: "--files-from --exclude-from --include-from --password-file --link-dest --compare-dest --copy-dest",
      write: "--backup-dir --log-file --partial-dir -T --temp-dir",
    },
  },
  { programs: "scp sftp pscp", operands: ["read"], last: ["write"], tree: "-r", isRemote: true },
  {
    programs: "curl",
    operands: [],
    opensAddresses: true,
    values: {
      none: "--url --request --user --proxy",
      read: "-T --upload-file -K --config -b --cookie --etag-compare",
      at: "-d --data --data-ascii --data-binary --data-urlencode --json --url-query -F --form -H --header --proxy-header -w --write-out --variable",
      overwrite:
        "-o --output -D --dump-header -c --cookie-jar --trace --trace-ascii --stderr --libcurl --etag-save --hsts",
      write: "--output-dir",
    },
  },
  {
    programs: "wget wget2",
    operands: [],
    opensAddresses: true,
    values: {
      read: "-i --input-file --post-file --body-file --load-cookies",
      overwrite: "-O --output-document -o --output-file --save-cookies",
      write: "-P --directory-prefix -a --append-output",
    },
  },
  { programs: "http https xh xhs", operands: [], sendsFiles: true, values: { overwrite: "-o --output" } },
  {
    programs: "aria2c axel",
    operands: [],
    opensAddresses: true,
    values: { read: "-i --input-file", overwrite: "-o --out --output -l --log", write: "-d --dir" },
  },
  {
    programs: "aws gsutil gcloud az rclone s3cmd mc azcopy b2 doctl oci ibmcloud",
    operands: ["read", "write"],
    isGuess: true,
    isRemote: true,
    tree: "--recursive",
    values: { none: "--output --format --query", read: "--body --file --template-body" },
  },
  { programs: "ssh mosh autossh sshfs slogin ssh-add ssh-copy-id", operands: [] },
  { programs: "nc ncat netcat socat telnet ftp lftp", operands: ["read", "write"], isGuess: true },
  { programs: "docker-compose", operands: [], values: { read: "-f --file --env-file" } },
  {
    programs: "helm kubectl oc",
    operands: ["read"],
    isGuess: true,
    isRemote: true,
    values: { none: "--kubeconfig", read: "-f --filename --values --set-file --from-file --from-env-file" },
  },
];
