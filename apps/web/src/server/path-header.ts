/** Request header with the path and query of the page asked for, so that a page that needs a session can come back after signing in. */
export const PATH_HEADER = 'x-sonde-path'
