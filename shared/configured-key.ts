import { readFileSync } from "node:fs";

type Environment = Readonly<Record<string, string | undefined>>;

/** The variable itself, or the text of the file that the other one names; empty where neither is. */
export function configuredSecret(env: Environment, name: string, fileName: string): string {
  const path = env[fileName];
  return env[name] || (path ? readFileSync(path, "utf8").trim() : "");
}

/** A key of 32 bytes in base64. Fails naming the variable. */
export function readKeyText(name: string, text: string): Buffer {
  const key = Buffer.from(text, "base64");
  if (key.length !== 32 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) {
    throw new Error(`${name} must be 32 bytes in base64: openssl rand -base64 32`);
  }
  return key;
}
