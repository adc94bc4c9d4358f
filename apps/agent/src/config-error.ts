/**
 * Something that only a person can put right: a bad setting, no permission, a rejected token, a second agent.
 * The message is a whole sentence; main.ts prints it alone, without a stack, and exits with code 78 (EX_CONFIG).
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
