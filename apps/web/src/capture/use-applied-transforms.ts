'use client'
import { type CaptureViewState, transformsOf } from '@sonde/contract'
import { type AppliedTransforms, type LoadedProfile, useEngineAnswer } from '@sonde/flamegraph/react'
import type { SampleSelection } from '@sonde/profile'

/** What the view's transforms did to a selection; undefined where it has none, or the answer is not there yet. */
export function useAppliedTransforms(
  profile: LoadedProfile | undefined,
  selection: SampleSelection,
  view: CaptureViewState,
): AppliedTransforms | undefined {
  const { transforms } = transformsOf(view)
  return useEngineAnswer(profile, 'transforms', transforms.length === 0 ? null : { transforms, selection }).data
}
