function quote(word: string, always = false): string {
  return !always && /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/**
 * argv as one line that a person can paste into a POSIX shell and get the same arguments. For showing only: Sonde itself never
 * gives anything to a shell.
 */
export function shellQuote(argv: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${quote(value)}`)
  // Unquoted, a program whose name holds "=" would be read as one more setting.
  return [...settings, ...argv.map((word, i) => quote(word, i === 0 && word.includes('=')))].join(' ')
}
