/** Where to go after signing in when the link does not say, or says something it may not. */
export const HOME_PATH = '/hosts'

/**
 * The `next` parameter of the sign-in page, only if it is a path on this very site. Everything a browser could read as another
 * origin is refused: `//evil`, `/\evil`, `https:…`, control characters that URL parsers drop, and the entry pages themselves.
 */
export function safeNext(next: string | null | undefined): string {
  if (!next || next.length > 4_000 || !next.startsWith('/')) return HOME_PATH
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop them, and with them "/\t/evil" is "//evil"
  if (/[\u0000-\u001f\u007f\\]/.test(next) || next.startsWith('//')) return HOME_PATH
  const origin = 'http://sonde.invalid'
  const url = URL.canParse(next, origin) ? new URL(next, origin) : null
  if (!url || url.origin !== origin || url.pathname.startsWith('//')) return HOME_PATH
  if (['/sign-in', '/welcome'].includes(url.pathname) || url.pathname.startsWith('/api/')) return HOME_PATH
  return `${url.pathname}${url.search}${url.hash}`
}

/** Path of the sign-in page that comes back to `path`. */
export function signInPath(path: string): string {
  const next = safeNext(path)
  return next === HOME_PATH ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}
