/** Path and query of a note, in the view that it is pinned to. `view`: a query string. */
export function noteHref(captureId: string, noteId: string, view: string): string {
  return `/captures/${captureId}?note=${encodeURIComponent(noteId)}${view === '' ? '' : `&${view}`}`
}
