/** One row for each: process × probe × value of groupBy; process; value of groupBy; probe; host. */
export const RESULT_SPLITS = ['row', 'process', 'key', 'probe', 'host'] as const

export type ResultSplit = (typeof RESULT_SPLITS)[number]
