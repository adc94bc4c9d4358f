/** Settings for every perf that is run: no surprises from a user's configuration, and no symbol servers over the network. */
export const PERF_ENV = { PERF_CONFIG: '/dev/null', DEBUGINFOD_URLS: '' } as const
