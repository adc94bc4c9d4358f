/**
 * Whether a request that changes something may come from a page of ours. Browsers say where it comes from in `sec-fetch-site`, which
 * no page can set; clients that are no browser send none and carry no cookie that someone else's page could ride on.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = headers.get('origin')
  return origin === null || (URL.canParse(origin) && new URL(origin).host === headers.get('host'))
}
