import type { Actor, Incident, IncidentItem } from '@sonde/contract'
import type { App } from './app.ts'
import { escapeMarkdown, markdownParagraphs } from './markdown-text.ts'
import { readIncident } from './read-incident.ts'

/** An incident as a Markdown document, to be pasted into a wiki or a ticket; links are absolute. Throws `not-found`. */
export async function exportIncident(actor: Actor, app: App, input: { id: string }): Promise<{ title: string; markdown: string }> {
  const incident = await readIncident(actor, app, input)
  return { title: incident.title, markdown: incidentMarkdown(incident, app.urls.web) }
}

export function incidentMarkdown(incident: Incident, webUrl: string): string {
  const days = new Map<string, IncidentItem[]>()
  for (const item of incident.items) {
    const day = item.at.toISOString().slice(0, 10)
    days.set(day, [...(days.get(day) ?? []), item])
  }
  const state = incident.closedAt ? `Closed ${minute(incident.closedAt)}.` : 'Open.'
  return [
    `# ${escapeMarkdown(incident.title)}`,
    `${state} Begun ${minute(incident.createdAt)} by ${escapeMarkdown(incident.createdBy.name)}. <${webUrl}/incidents/${incident.id}>`,
    ...(incident.summary.trim() === '' ? [] : [markdownParagraphs(incident.summary)]),
    ...[...days].flatMap(([day, items]) => [`## ${day}`, ...items.map((item) => itemMarkdown(item, webUrl))]),
    ...(incident.items.length === 0 ? ['Nothing is on the timeline.'] : []),
  ]
    .join('\n\n')
    .concat('\n')
}

function itemMarkdown(item: IncidentItem, webUrl: string): string {
  const time = `**${item.at.toISOString().slice(11, 16)} UTC**`
  const by = item.addedBy ? ` (${escapeMarkdown(item.addedBy.name)})` : ''
  const text = item.text.trim() === '' ? '' : `\n\n${indented(markdownParagraphs(item.text))}`
  if (item.kind === 'note') return `- ${time} Note${by}${text}`
  const what = item.kind === 'capture' ? 'Capture' : 'Comparison'
  const title = escapeMarkdown(item.capture?.title ?? item.title)
  const link = item.href === null ? `${title}, which was deleted` : `[${title}](<${webUrl}${item.href}>)`
  return `- ${time} ${what} ${link}${item.capture ? `: ${figures(item.capture)}` : ''}${by}${text}${commentsMarkdown(item.comments)}`
}

function commentsMarkdown({ items, more }: IncidentItem['comments']): string {
  const lines = items.map(({ author, text, at }) => `  - ${escapeMarkdown(author)}, ${minute(at)}: ${escapeMarkdown(text)}`)
  if (more > 0) lines.push(`  - and ${more} more`)
  return lines.length === 0 ? '' : `\n\n${lines.join('\n')}`
}

function figures({ state, hosts, samples, syscalls }: NonNullable<IncidentItem['capture']>): string {
  const parts = [`${hosts} ${hosts === 1 ? 'host' : 'hosts'}`, state]
  if (samples > 0) parts.push(`${samples.toLocaleString('en-US')} samples`)
  if (syscalls > 0) parts.push(`${syscalls.toLocaleString('en-US')} system calls`)
  return parts.join(', ')
}

const minute = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`
const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ')
