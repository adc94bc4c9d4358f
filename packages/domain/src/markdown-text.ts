/** Controls, and what turns text around or hides in it (Unicode 16, "default ignorable" and bidi controls). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/**
 * Text as one line of Markdown that shows it as it is: every ASCII punctuation character may be escaped by a backslash (CommonMark 0.31, 2.4),
 * so all that could mean something are. Line breaks become spaces.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(HIDDEN, '\uFFFD')
    .replace(/[!"#$%&'()*+\-./:;<=>?@[\\\]^_`{|}~]/g, (mark) => (PLAIN.has(mark) ? mark : `\\${mark}`))
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/:\/\//g, ':\\/\\/')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, 3)}\\.`)
}

/** Mean nothing inside a line, and a text full of backslashes is hard to read. */
const PLAIN = new Set(['"', '%', "'", ',', '/', ':', ';', '?', '.', '(', ')', '^', '$'])

/** Text of several lines as paragraphs; a single line break is kept by a backslash at its end. */
export function markdownParagraphs(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.split('\n').map(escapeMarkdown).filter(Boolean).join('\\\n'))
    .filter(Boolean)
    .join('\n\n')
}
