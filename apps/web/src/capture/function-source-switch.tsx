'use client'
import type { CaptureView, CaptureViewState } from '@sonde/contract'
import { Segmented } from '@sonde/ui'
import { flameWords } from './flame-words.ts'
import { functionSource, functionSources } from './function-source.ts'
import type { UpdateView } from './use-view-state.ts'

/** Which profile's functions are shown, where the capture has several. */
export function FunctionSourceSwitch({ capture, view, update }: { capture: CaptureView; view: CaptureViewState; update: UpdateView }) {
  const sources = functionSources(capture)
  if (sources.length < 2) return null
  return (
    <Segmented
      label="Functions of"
      value={functionSource(capture, view)}
      onChange={(fnOf) => update({ fnOf, callerZoom: '', calleeZoom: '' }, 'push')}
      options={sources.map((source) => ({ value: source, label: flameWords(capture.spec, source).title }))}
    />
  )
}
