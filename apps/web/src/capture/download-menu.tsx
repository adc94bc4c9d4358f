'use client'
import type { CaptureView, CaptureViewState } from '@sonde/contract'
import { cleanText, type FlameMatches, type FlameModel, type LoadedProfile } from '@sonde/flamegraph/react'
import type { SampleSelection } from '@sonde/profile'
import type { ExportFormat } from '@sonde/profile/export'
import { Button, formatPlural, Menu, MenuItem, MenuLabel, MenuSeparator } from '@sonde/ui'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { downloadName } from '../downloads/file-name.ts'
import { saveFile } from '../downloads/save-file.ts'
import { flameColor } from './flame-colors.tsx'
import { type FlameKind, type FlameWords, flameTotal } from './flame-words.ts'
import { qualityBadges } from './quality-badges.ts'
import { selectionWords } from './selection-words.ts'

const PICTURES = [
  { kind: 'svg', label: 'SVG', note: 'to zoom into, with tooltips' },
  { kind: 'png', label: 'PNG', note: 'to paste' },
] as const
const SAMPLES: readonly { format: ExportFormat; extension: string; label: string; note: string }[] = [
  { format: 'folded', extension: 'folded.txt', label: 'Folded stacks', note: 'no times, no libraries' },
  { format: 'pprof', extension: 'pb.gz', label: 'pprof', note: 'no times' },
  { format: 'speedscope', extension: 'speedscope.json', label: 'speedscope', note: 'a profile per thread' },
  { format: 'perf-script', extension: 'perf.txt', label: 'perf script', note: 'no hosts, no addresses' },
  { format: 'sonde', extension: 'sonde.gz', label: 'Sonde profile', note: 'everything' },
]
/** Wide enough for names to be read, whatever the window is. */
const PICTURE_PX = 1600

export type DownloadMenuProps = {
  capture: CaptureView
  kind: FlameKind
  words: FlameWords
  profile: LoadedProfile
  selection: SampleSelection
  model: FlameModel
  matches: FlameMatches | null
  view: Pick<CaptureViewState, 'layout' | 'color' | 'search'>
  zoomNode: number
  /** How many transforms the picture has been through; the samples are written without them. */
  transforms: number
}

/** Files of what the flame graph shows: pictures as they are on screen, and the samples of the selection for other tools. */
export function DownloadMenu(props: DownloadMenuProps) {
  const { capture, kind, profile, selection, transforms } = props
  const [state, setState] = useState<{ busy: boolean; error: string }>({ busy: false, error: '' })
  const of = selectionWords(selection, capture, profile)

  const save = async (extension: string, make: () => Promise<Blob>) => {
    setState({ busy: true, error: '' })
    try {
      saveFile(downloadName(capture.title, capture.createdAt, kind === 'offcpu' ? 'offcpu' : '', extension), await make())
      setState({ busy: false, error: '' })
    } catch (error) {
      setState({ busy: false, error: error instanceof Error ? error.message : 'no reason given' })
    }
  }
  const samples = (format: ExportFormat) => async () => {
    const { bytes } = await profile.engine.ask('export', { format, selection, title: capture.title })
    return new Blob([bytes], { type: 'application/octet-stream' })
  }

  return (
    <>
      <Menu
        trigger={
          <Button icon aria-label="Download" title="Download" aria-busy={state.busy} disabled={state.busy} data-testid={`download-${kind}`}>
            <Download />
          </Button>
        }
      >
        <MenuLabel>The picture as it is shown</MenuLabel>
        {PICTURES.map((picture) => (
          <MenuItem key={picture.kind} onSelect={() => void save(picture.kind, () => pictureOf(picture.kind, props, of))}>
            {picture.label}
            <Note>{picture.note}</Note>
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuLabel>
          <span className="block max-w-72" data-testid="download-selection">
            The samples of {cleanText(of, 200)}
            {transforms > 0 ? `, without the ${formatPlural(transforms, 'transform')}` : ''}
          </span>
        </MenuLabel>
        {SAMPLES.map(({ format, extension, label, note }) => (
          <MenuItem key={format} onSelect={() => void save(extension, samples(format))}>
            {label}
            <Note>{note}</Note>
          </MenuItem>
        ))}
      </Menu>
      {state.error === '' ? null : (
        <span role="alert" className="text-bad text-sm">
          The download failed: {state.error}
        </span>
      )}
    </>
  )
}

function Note({ children }: { children: string }) {
  return <span className="ml-auto pl-4 text-ink-3 text-sm">{children}</span>
}

async function pictureOf(as: 'svg' | 'png', props: DownloadMenuProps, of: string): Promise<Blob> {
  const { capture, words, profile, model, matches, view, zoomNode, transforms } = props
  const { flamePng, flameSvg, readTheme } = await import('@sonde/flamegraph/export')
  const { short, long } = flameTotal(profile, model.tree, words)
  const marks = qualityBadges(capture.targets, undefined).filter(({ tone }) => tone !== 'neutral')
  const picture = {
    layout: model.layout,
    matches,
    zoomNode: Math.max(0, zoomNode),
    orientation: view.layout,
    colorBy: flameColor(view, model.tree),
    theme: readTheme(document.body),
    unit: profile.meta.unit,
    title: `${words.title}: ${capture.title}`,
    facts: [
      `${short}${long}: ${of}`,
      [
        `recorded ${capture.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
        ...(transforms > 0 ? [`after ${formatPlural(transforms, 'transform')} of the stacks`] : []),
        ...(matches && view.search !== '' ? [`search for “${view.search}”`] : []),
        ...(zoomNode > 0 ? ['zoomed in'] : []),
        ...marks.map(({ label }) => label),
      ].join(' · '),
    ],
    widthPx: PICTURE_PX,
  }
  return as === 'png' ? flamePng(picture, document) : new Blob([flameSvg(picture)], { type: 'image/svg+xml' })
}
