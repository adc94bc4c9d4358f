import { type CaptureViewState, formatViewState, parseViewState } from '@sonde/contract'
import type { PictureTheme } from './picture-request.ts'

/** A link carries a view of its own where its reader went on to another one: `v` says that there is one, even the default. */
export const viewOfQuery = (query: URLSearchParams): CaptureViewState | null => (query.has('v') ? parseViewState(query) : null)

/**
 * Address of the picture of a share link: of the view that was shared, or of `view`, which is then in the address, since chats keep what
 * they fetched from one.
 */
export function pictureUrl(webUrl: string, token: string, view: CaptureViewState | null, theme: PictureTheme = 'light'): string {
  const query = [view ? formatViewState(view) || 'v=1' : '', theme === 'dark' ? 'theme=dark' : ''].filter(Boolean).join('&')
  return `${webUrl}/s/${token}/picture${query === '' ? '' : `?${query}`}`
}
