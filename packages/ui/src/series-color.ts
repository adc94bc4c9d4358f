/** Colours of series, 3:1 against the surface in both themes; never alone, a name always stands beside them. In the order of theme.css. */
export const SERIES_COUNT = 8

/** The colour of the n-th series; further ones begin again. */
export const seriesColor = (index: number): string => `var(--series-${(index % SERIES_COUNT) + 1})`

/** Of everything that has no series of its own. */
export const OTHERS_COLOR = 'var(--bar)'
