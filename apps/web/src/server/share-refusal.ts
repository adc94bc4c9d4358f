import { ERROR_CODES, SondeError } from '@sonde/contract'
import { openShare } from '@sonde/domain'
import { shareEndWords } from '../share/share-end-words.ts'
import { getApp } from './app.ts'

/**
 * The answer to a share link that shows nothing (any more): a plain page that says why, as 410 or 404, which no page of the router can
 * be. Null for one that works.
 */
export async function shareRefusal(token: string): Promise<Response | null> {
  try {
    await openShare(getApp(), token)
    return null
  } catch (error) {
    if (!(error instanceof SondeError)) throw error
    return new Response(pageOf(shareEndWords(error.details.end)), {
      status: ERROR_CODES[error.code],
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'private, no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow',
        'content-security-policy':
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      },
    })
  }
}

/** Without script, font or picture: the words are all there is. */
function pageOf({ title, text }: { title: string; text: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${title} · Sonde</title>
<style>
:root { color-scheme: light dark }
body { margin: 0; display: grid; min-height: 90vh; place-items: center; background: light-dark(#fff, #14171c); color: light-dark(#1c2129, #e6e9ee); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 30rem; padding: 1.5rem; text-align: center }
h1 { margin: 0 0 .5rem; font-size: 1.15rem }
p { margin: 0; color: light-dark(#4b5563, #a7b0bd) }
</style>
</head>
<body><main><h1>${title}</h1><p>${text}</p></main></body>
</html>
`
}
