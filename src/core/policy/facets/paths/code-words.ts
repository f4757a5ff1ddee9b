/** Output streams whose `write` changes no file. */
export const STREAM_WRITES = /\b(?:stdout|stderr)\s*\.\s*(?:buffer\s*\.\s*)?write\w*/gi;

/** Words in programs, of several languages, that change or make files, and the modes in which files are opened for that. */
export const WRITING_CODE =
  /\b(?:write\w*|append(?:File\w*|_text)|save|savetxt|to_csv|copy(?:file|tree|2|Sync|File\w*|_file)?|move|rename\w*|os\.replace|symlink\w*|link(?:Sync|_to)?|mkdir\w*|makedirs|touch|truncate\w*|chmod\w*|l?chown\w*|file_put_contents|createWriteStream|cp|cp_r|mv|fputs|fwrite|spew)\b|["'](?:[wax]b?\+?|rb?\+b?)t?["']|["']>{1,2}["' ]/i;

/** Words in programs that delete files. */
export const DELETING_CODE = /\b(?:unlink\w*|remove\w*|rm|rm_rf?|rmSync|rmdir\w*|rmtree|delete|rimraf)\b/i;

/** Words in programs that make text out of something else: what such a program opens can't be known. */
export const DECODING_CODE =
  /\b(?:b(?:64|32|16|85)decode|decodebytes|unhexlify|fromhex|fromCharCode|fromCodePoint|chr\s*\(|atob|unpack|pack\s*\(|rot13|decode(?:64|_base64)|base64_decode|Buffer\.from)|\[::-1\]|\.reverse\b/i;
