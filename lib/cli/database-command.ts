/** Commands that open the panel's database from the owner's shell: tokens and passwords. */
import type { Instance } from "../schema/instance.ts";
import { databaseHelp } from "./database-help.ts";
import { SettingError } from "./settings.ts";
import { createToken } from "./token.ts";
import { resetPassword } from "./user.ts";

/** Resolves with the exit status. */
export async function databaseCommand(
  instance: Instance,
  words: string[],
  values: {
    name?: string | undefined;
    scope?: string[] | undefined;
    expires?: string | undefined;
    json?: boolean | undefined;
  },
): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const [command, verb, argument] = words;
  if (command === "token" && verb === "create") {
    if (!values.name || !values.scope)
      throw new SettingError(`Name the token and its scope.\n\n${databaseHelp}`);
    const token = await createToken({
      data: instance.data,
      name: values.name,
      scopes: values.scope,
      expiresAt: values.expires ?? null,
    });
    if (values.json) say(JSON.stringify(token));
    else {
      say(token.secret);
      process.stderr.write(
        `Token ${token.name} (${token.id}) with ${token.scopes.join(", ")}. It is shown this once.\n`,
      );
    }
    return 0;
  }
  if (command === "user" && verb === "reset-password") {
    const { username, password } = await resetPassword({ data: instance.data, username: argument });
    say(password);
    process.stderr.write(
      `This is the new password of ${username}. All sessions of ${username} have ended.\n`,
    );
    return 0;
  }
  throw new SettingError(databaseHelp);
}
