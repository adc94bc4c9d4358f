/** How long a share link may live, hours: what the dialog offers, and the most that anyone may ask for. */
export const SHARE_HOURS = { choices: [1, 24, 168, 720], default: 168, max: 90 * 24 } as const

/** In place of a text that a share leaves out, so that it is seen that there was one. */
export const LEFT_OUT = 'left-out'

/** Request header that carries the token of a share link; never a part of an address, so that no log and no Referer holds it. */
export const SHARE_HEADER = 'x-sonde-share'

/** Why a link that once worked does not. */
export const SHARE_ENDS = ['revoked', 'expired', 'deleted'] as const
export type ShareEnd = (typeof SHARE_ENDS)[number]
