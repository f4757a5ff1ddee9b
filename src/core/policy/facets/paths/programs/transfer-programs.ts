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
      none: "-e --rsh --exclude --include -f --filter --bwlimit --chmod --chown --max-size --min-size --port --rsync-path --timeout -M",
      read: "--files-from --exclude-from --include-from --password-file --link-dest --compare-dest --copy-dest",
      write: "--backup-dir --log-file --partial-dir -T --temp-dir",
    },
  },
  {
    programs: "scp sftp pscp",
    operands: ["read"],
    last: ["write"],
    tree: "-r",
    isRemote: true,
    values: { none: "-i -F -P -o -l -c -J -S -X -D" },
  },
  {
    programs: "curl",
    operands: [],
    opensAddresses: true,
    values: {
      none:
        "-H -X -A -e -m -r -u -x -w -y -Y -z -C --header --request --user-agent --referer --max-time --user --proxy --write-out --url --retry" +
        " --connect-timeout --resolve --range --limit-rate --cacert --capath --cert -E --key --netrc-file --proxy-user --data-raw --form-string --interface --unix-socket",
      read: "-T --upload-file -K --config",
      at: "-d --data --data-ascii --data-binary --data-urlencode --json --url-query -F --form -b --cookie",
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
      none: "-U -t -T -w -Q -D -R -A -l -e --user-agent --tries --timeout --header --user --password --post-data --method --body-data --ca-certificate --certificate --private-key",
      read: "-i --input-file --post-file --body-file --load-cookies",
      overwrite: "-O --output-document -o --output-file --save-cookies",
      write: "-P --directory-prefix -a --append-output",
    },
  },
  {
    programs: "http https xh xhs",
    operands: [],
    opensAddresses: true,
    values: { overwrite: "-o --output", none: "-a --auth --proxy" },
  },
  {
    programs: "aria2c axel",
    operands: [],
    opensAddresses: true,
    values: {
      read: "-i --input-file",
      overwrite: "-o --out --output -l --log",
      write: "-d --dir",
      none: "-x -s -j -n",
    },
  },
  {
    programs: "aws gsutil gcloud az rclone s3cmd mc azcopy b2 doctl oci ibmcloud",
    operands: ["read", "write"],
    isGuess: true,
    isRemote: true,
    tree: "--recursive",
    values: { none: "--profile --region --query --output --format --project", read: "--body --file --template-body" },
  },
  {
    programs: "ssh mosh autossh sshfs slogin ssh-add ssh-copy-id",
    operands: [],
    values: { none: "-i -F -o -p -l -L -R -D -J -b -c -E -I -m -O -S -W -w -t" },
  },
  {
    programs: "ssh-keygen",
    operands: [],
    values: { none: "-t -b -C -N -P -O -I -n -V -z -R -F -Y", write: "-f", read: "-s -D" },
  },
  { programs: "nc ncat netcat socat telnet ftp lftp", operands: ["read", "write"], isGuess: true },
  {
    programs: "docker-compose",
    operands: [],
    values: { none: "-p --project-name --profile", read: "-f --file --env-file" },
  },
  {
    programs: "helm",
    operands: ["read"],
    isGuess: true,
    values: { none: "-n --namespace --kubeconfig --kube-context --set", read: "-f --values --set-file" },
  },
];
