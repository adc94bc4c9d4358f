/** Words of a closed list as a sentence: first letter large, full stop. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
