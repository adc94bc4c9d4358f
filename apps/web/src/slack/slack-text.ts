import { cleanText } from '@sonde/flamegraph'

/**
 * Text for mrkdwn: the three characters that mean something are escaped, and what hides or reorders text is gone.
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export function slackText(text: string, most = 300): string {
  return cleanText(text, most).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** A link with words; the address is one of ours. */
export const slackLink = (url: string, words: string): string =>
  `<${url.replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C')}|${slackText(words).replaceAll('|', '¦')}>`
