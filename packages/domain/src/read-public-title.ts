import { SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizePublic } from './authorize.ts'
import { readCaptureWords } from './capture-words.ts'
import { readCaptureRevision, readCaptureView } from './read-capture-view.ts'
import { needsWords, publicTitle } from './share-title.ts'

/** `title`: names no host, process, function, probe or argument of the capture. */
export type PublicTitle = { title: string; createdAt: Date }

/** Looking through a capture costs; whoever knows its address may ask again and again. */
const known = new WeakMap<App, Map<string, PublicTitle>>()
const MOST_KNOWN = 500

/** What everyone may know who follows a link to a capture: what kind it is, of how many hosts, and when; null where there is none. */
export async function readPublicTitle(app: App, captureId: string): Promise<PublicTitle | null> {
  authorizePublic('capture.title')
  const revision = await readCaptureRevision(app, captureId)
  if (revision === null) return null
  const titles = known.get(app) ?? new Map<string, PublicTitle>()
  known.set(app, titles)
  const key = `${captureId}@${revision}`
  const found = titles.get(key) ?? (await makeTitle(app, captureId))
  if (found === null) return null
  titles.set(key, found)
  for (const oldest of titles.keys()) {
    if (titles.size <= MOST_KNOWN) break
    titles.delete(oldest)
  }
  return found
}

async function makeTitle(app: App, captureId: string): Promise<PublicTitle | null> {
  try {
    const view = await readCaptureView(app, captureId)
    return { title: publicTitle(view, needsWords(view) ? await readCaptureWords(app, view) : null), createdAt: view.createdAt }
  } catch (error) {
    if (error instanceof SondeError && error.code === 'not-found') return null
    throw error
  }
}
