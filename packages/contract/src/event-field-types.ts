/**
 * What sort of value a column of `events` holds: decides how it is shown. `hex` values are texts (`0x7ffd…`); other numbers are numbers,
 * but for those beyond 2^53, which are texts of digits. `errno`: negative where it is one, else a plain number.
 */
export const EVENT_FIELD_TYPES = ['number', 'hex', 'text', 'duration', 'bytes', 'errno'] as const
