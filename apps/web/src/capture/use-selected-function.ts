'use client'
import type { CaptureViewState } from '@sonde/contract'
import { type LoadedProfile, type MarkedFunction, useEngineAnswer } from '@sonde/flamegraph/react'
import type { SampleSelection, StackTransform } from '@sonde/profile'
import { useMemo } from 'react'

export type SelectedFunctionOptions = {
  profile: LoadedProfile | undefined
  selection: SampleSelection
  transforms: readonly StackTransform[]
  view: CaptureViewState
  /** The view's function is of this profile. */
  isAsked: boolean
}

/** The view's function by name, for graphs to mark; null for none, and where the selection has none such. */
export function useSelectedFunction({ profile, selection, transforms, view, isAsked }: SelectedFunctionOptions): MarkedFunction | null {
  // Sorted and searched as the table is, so that the engine has the answer to both at hand.
  const { data } = useEngineAnswer(
    profile,
    'functions',
    isAsked && view.fn !== ''
      ? {
          ...{ selection, transforms, search: { text: view.search, regex: view.regex }, sort: view.tableSort, dir: view.tableDir },
          ...{ offset: 0, limit: 0, slices: 0, selected: view.fn },
        }
      : null,
  )
  const of = data?.selected
  const [name, module, kind] = [of?.name[0], of?.module[0], of?.kind[0]]
  return useMemo(
    () => (name === undefined || module === undefined || kind === undefined ? null : { name, module, kind }),
    [name, module, kind],
  )
}
