import { buildCallTree, buildDiffTree, decodeProfile, type Profile, SIDE_IDS, type SideSelection, twoSides } from '@sonde/profile'
import { type FlameMatches, type FlameSearch, type SearchedTree, searchTree } from '../search.ts'
import { appliedTransforms } from './applied-transforms.ts'
import type { ModelQuestion } from './engine-messages.ts'
import { ENGINE_ANSWERS, type EngineQuestion, type EngineQuestionName } from './engine-questions.ts'
import { type FlameModel, flameModelOf } from './flame-model.ts'
import { type ProfileSummary, summarizeProfile } from './profile-summary.ts'
import { summarizeSide } from './side-summary.ts'
import { transformedProfile } from './transformed-profile.ts'

export type SideBytes = { bytes: Uint8Array; selection: SideSelection }

/**
 * Holds one profile and answers questions about it. No worker and no browser in here (see engine-host.ts): it runs in Node and
 * on the page as well. Answers may share memory with each other, never with what the engine goes on using, but for the
 * profile's own columns (`ownsBuffer`).
 */
export class FlameEngine {
  private profile: Profile | null = null
  private ownBuffers = new Set<ArrayBufferLike>()
  private readonly searched = new Map<number, SearchedTree>()
  private lastModel = 0

  /** Replaces the profile. Models made of the last one can still be searched. Throws a ProfileFormatError, and then keeps the old one. */
  load(bytes: Uint8Array): ProfileSummary {
    const profile = decodeProfile(bytes)
    this.profile = profile
    this.ownBuffers = buffersOf(profile)
    return summarizeProfile(profile)
  }

  /** The same of the two sides of a comparison. Throws a ProfileMergeError too, where they count different things. */
  loadSides(a: SideBytes, b: SideBytes): ProfileSummary {
    const decoded = new Map<Uint8Array, Profile>()
    const [sideA, sideB] = [a, b].map(({ bytes, selection }) => {
      const profile = decoded.get(bytes) ?? decodeProfile(bytes)
      decoded.set(bytes, profile)
      return { profile, selection }
    })
    if (!sideA || !sideB) throw new Error('A comparison has two sides.')
    const profile = twoSides(sideA, sideB)
    this.profile = profile
    this.ownBuffers = buffersOf(profile)
    return { ...summarizeProfile(profile), sides: { a: summarizeSide(sideA), b: summarizeSide(sideB) } }
  }

  model(question: ModelQuestion): FlameModel {
    const { transforms = [], against, compared, ...selected } = question
    const hostId = compared ? SIDE_IDS.b : selected.hostId
    const isDiff = compared !== undefined || (against === 'rest' && hostId !== undefined)
    const options = isDiff ? { ...selected, hostId: undefined, process: undefined } : selected
    const { profile } = transformedProfile(this.loaded(), transforms)
    const tree = isDiff && hostId !== undefined ? buildDiffTree(profile, { ...options, hostId, compared }) : buildCallTree(profile, options)
    const model = flameModelOf(tree, ++this.lastModel)
    if (transforms.length > 0) model.applied = appliedTransforms(this.loaded(), { transforms, selection: options })
    // The model goes to the page, with its memory; a search here needs this much of it.
    const { length, labels, label, depth, total } = tree
    this.searched.set(model.id, { length, labels, label: label.slice(), depth: depth.slice(), total: total.slice() })
    return model
  }

  /** Null for an empty text, and for a model that was forgotten. */
  search(model: number, query: FlameSearch): FlameMatches | null {
    const tree = this.searched.get(model)
    return tree ? searchTree(tree, query) : null
  }

  forget(model: number): void {
    this.searched.delete(model)
  }

  ask<Name extends EngineQuestionName>(name: Name, question: EngineQuestion<Name>): ReturnType<(typeof ENGINE_ANSWERS)[Name]> {
    const answer: (profile: Profile, question: never) => unknown = ENGINE_ANSWERS[name]
    return answer(this.loaded(), question as never) as ReturnType<(typeof ENGINE_ANSWERS)[Name]>
  }

  /** Whether this is memory of the profile itself, which must be copied and never handed over. */
  ownsBuffer(buffer: ArrayBufferLike): boolean {
    return this.ownBuffers.has(buffer)
  }

  private loaded(): Profile {
    if (!this.profile) throw new Error('No profile has been loaded.')
    return this.profile
  }
}

function buffersOf(profile: Profile): Set<ArrayBufferLike> {
  const tables = [profile.threads, profile.frames, profile.stacks, profile.samples]
  return new Set(tables.flatMap((table) => Object.values(table).flatMap((column) => (ArrayBuffer.isView(column) ? [column.buffer] : []))))
}
