'use client'

import type { CallTree } from '@sonde/profile'
import { type KeyboardEvent, useCallback, useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import { ZOOM_MS } from './camera.ts'
import { copyText } from './copy-text.ts'
import { announceFrame, nameOf, stackText } from './describe.ts'
import type { FlameGraphProps } from './flame-graph-props.ts'
import { attachInput } from './flame-input.ts'
import { focusOf, handleKey } from './flame-keys.ts'
import { FlameMenu, type MenuItem } from './flame-menu.tsx'
import { FlameMinimap } from './flame-minimap.tsx'
import { FlameTooltip, placeAt, type TooltipSubject } from './flame-tooltip.tsx'
import { FlameView } from './flame-view.ts'
import { formatCount } from './format.ts'
import { frameMenuItems } from './frame-menu-items.ts'
import { FrameMirror } from './frame-mirror.tsx'
import type { FlameHit } from './hit.ts'
import { attachMinimap } from './minimap-input.ts'
import { placeWindow } from './minimap-window.ts'
import { threadRowOf } from './navigate.ts'
import { STYLE_ID, STYLES } from './styles.ts'
import { useToast } from './use-toast.ts'

const NONE: readonly number[] = []

/** The flame graph. Fills its parent, which needs a height. */
export function FlameGraph(props: FlameGraphProps) {
  const { model, matches, unit, periodNs, events, layout, colorBy, zoomNode, className = '', ariaLabel = 'Flame graph', ref } = props
  const { tree } = model
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const stage = useRef<HTMLDivElement>(null)
  const base = useRef<HTMLCanvasElement>(null)
  const overlay = useRef<HTMLCanvasElement>(null)
  const map = useRef<HTMLDivElement>(null)
  const minimap = useRef<HTMLCanvasElement>(null)
  const mapFrame = useRef<HTMLDivElement>(null)
  const tip = useRef<HTMLDivElement>(null)
  const pointer = useRef<{ x: number; y: number } | null>(null)
  const view = useRef<FlameView | null>(null)
  const latest = useRef(props)
  const [subject, setSubject] = useState<TooltipSubject | null>(null)
  const [focused, setFocused] = useState<{ tree: CallTree; node: number } | null>(null)
  const [spoken, setSpoken] = useState('')
  const [toast, setToast] = useToast()
  const [menu, setMenu] = useState<{ at: { x: number; y: number }; node: number } | null>(null)
  const helpId = useId()

  useLayoutEffect(() => {
    latest.current = props
  })

  const copy = useCallback(
    async (text: string, what: string): Promise<boolean> => {
      const done = text !== '' && (await copyText(text, document))
      setToast(done ? `Copied ${what}` : text === '' ? 'Nothing to copy here' : 'The browser did not allow copying')
      return done
    },
    [setToast],
  )

  const copyStackOf = useCallback(
    (node: number): Promise<boolean> => {
      const text = view.current?.tree ? stackText(view.current.tree, node) : ''
      return copy(text, `${formatCount(text.split('\n').length)} frames`)
    },
    [copy],
  )

  const pickProcess = useCallback((node: number): void => {
    const now = view.current?.tree
    const row = now ? threadRowOf(now, node) : -1
    if (now && row >= 0) latest.current.onSelectProcess?.(now.thread[row] ?? -1)
  }, [])

  const stepMatch = useCallback(
    (by: 1 | -1) => {
      const reached = view.current?.stepMatch(by) ?? null
      setToast(reached ? `Match ${formatCount(reached.position)} of ${formatCount(reached.count)}` : 'No match')
      return reached
    },
    [setToast],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; later props arrive through the effects below
  useLayoutEffect(() => {
    if (!scroller.current || !content.current || !stage.current || !base.current || !overlay.current) return
    const elements = {
      scroller: scroller.current,
      content: content.current,
      stage: stage.current,
      base: base.current,
      overlay: overlay.current,
      minimap: minimap.current,
    }
    const now = new FlameView(elements, {
      onZoom: (node, cause) => latest.current.onZoom(node, cause),
      onHover: (hit) => {
        latest.current.onHover?.(hit?.type === 'frame' ? hit.node : -1)
        setSubject(subjectOf(now, hit))
      },
      onFocus: (node) => {
        if (!now.tree) return
        setFocused({ tree: now.tree, node })
        setSpoken(announceFrame(now.tree, node))
      },
      onWindow: (shown) => {
        if (map.current && mapFrame.current) placeWindow(map.current, mapFrame.current, shown)
      },
    })
    view.current = now
    now.setOrientation(layout)
    now.setColorBy(colorBy)
    const detach = attachInput(now, elements.scroller, elements.stage, {
      onPickProcess: pickProcess,
      onNotes: (node) => latest.current.onNotes?.(node),
      onMenu: (hit, at) => {
        if (hit.type !== 'frame') return
        setSubject(null)
        setMenu({ at, node: hit.node })
      },
      onPointer: (at) => {
        pointer.current = at
        if (at && tip.current) placeAt(tip.current, at.x, at.y)
      },
    })
    const detachMap = map.current ? attachMinimap(now, map.current) : null
    return () => {
      detach()
      detachMap?.()
      now.destroy()
      view.current = null
    }
  }, [])

  useLayoutEffect(() => {
    view.current?.setData(model, zoomNode, matches)
  }, [model, zoomNode, matches])
  // biome-ignore lint/correctness/useExhaustiveDependencies: its frame is another one now
  useLayoutEffect(() => setMenu(null), [model, zoomNode])
  // What is under the pointer has been said anew by setData.
  useLayoutEffect(() => setSubject((now) => (now?.tree === tree ? now : null)), [tree])
  useLayoutEffect(() => view.current?.setOrientation(layout), [layout])
  useLayoutEffect(() => view.current?.setColorBy(colorBy), [colorBy])
  useLayoutEffect(() => view.current?.setMarked(props.marked ?? null), [props.marked])
  // biome-ignore lint/correctness/useExhaustiveDependencies: of a new tree they are set again
  useLayoutEffect(() => view.current?.setNoted(props.noted ?? NONE), [props.noted, tree])

  useLayoutEffect(() => {
    if (subject && tip.current && pointer.current) placeAt(tip.current, pointer.current.x, pointer.current.y)
  }, [subject])

  // For who uses the keys: what the pointer would show, once the view has come to rest.
  useEffect(() => {
    if (!focused) return
    const timer = setTimeout(() => {
      const box = view.current?.boxOf(focused.node)
      const around = stage.current?.getBoundingClientRect()
      if (!box || !around || focused.tree !== view.current?.tree || !scroller.current?.matches(':focus')) return
      // At its right end: the callees to step to next are on the left.
      pointer.current = { x: around.left + box.left + box.width - 16, y: around.top + box.top + box.height - 8 }
      setSubject({ type: 'frame', tree: focused.tree, node: focused.node })
    }, ZOOM_MS + 40)
    return () => clearTimeout(timer)
  }, [focused])

  useImperativeHandle(
    ref,
    () => ({
      focus: () => scroller.current?.focus({ preventScroll: true }),
      nextMatch: () => stepMatch(1),
      previousMatch: () => stepMatch(-1),
      resetZoom: () => view.current?.resetZoom(),
      copyStack: () => copyStackOf(view.current ? focusOf(view.current) : 0),
    }),
    [stepMatch, copyStackOf],
  )

  const openMenuAt = (node: number): void => {
    const box = view.current?.boxOf(node)
    const around = stage.current?.getBoundingClientRect()
    if (box && around) setMenu({ at: { x: around.left + Math.max(0, box.left) + 20, y: around.top + box.top + box.height + 8 }, node })
  }

  const runAction = (now: FlameView, key: string): boolean => {
    const action = latest.current.actions?.find((one) => one.keys === key)
    if (!action || !now.tree) return false
    const node = focusOf(now)
    if (action.label(now.tree, node) === null)
      setToast(node > 0 ? 'Not for this frame' : 'Go to a frame first, with a click or the arrow keys')
    else action.run(now.tree, node)
    return true
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const now = view.current
    if (!now) return
    const used = handleKey(now, event.nativeEvent, {
      onOpenSearch: () => latest.current.onOpenSearch?.(),
      onStepMatch: stepMatch,
      onCopyStack: () => void copyStackOf(focusOf(now)),
      onPickProcess: pickProcess,
      onMenu: openMenuAt,
      onOther: (key) => runAction(now, key),
    })
    if (!used) return
    setSubject(null)
    event.preventDefault()
    event.stopPropagation()
  }

  const closeMenu = useCallback(() => {
    setMenu(null)
    scroller.current?.focus({ preventScroll: true })
  }, [])

  const menuItems = (node: number): MenuItem[] => {
    const commands = {
      zoomTo: (at: number) => view.current?.zoomTo(at),
      zoomOut: () => void view.current?.zoomOut(),
      copyStack: (at: number) => void copyStackOf(at),
      copyName: (at: number) => void copy(nameOf(tree, at), 'the name'),
      findName: props.onFindName,
      selectProcess: props.onSelectProcess && pickProcess,
    }
    return frameMenuItems(tree, node, commands, props.actions ?? [])
  }

  const isEmpty = !((tree.total[0] ?? 0) > 0)
  // The mirror lags behind the tree for one render while data comes in.
  const mirrored = focused?.tree === tree ? focused.node : Math.max(0, zoomNode)
  return (
    <div className={`sf-root ${className}`}>
      <style href={STYLE_ID} precedence="default">
        {STYLES}
      </style>
      <div
        ref={scroller}
        className="sf-scroller"
        role="application"
        aria-roledescription="flame graph"
        aria-label={ariaLabel}
        aria-describedby={helpId}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the graph is one tab stop with roving focus inside
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={() => {
          if (scroller.current?.matches(':focus-visible')) view.current?.showRing(true)
        }}
        onBlur={() => {
          view.current?.showRing(false)
          setSubject(null)
        }}
      >
        <div ref={content} className="sf-content">
          <div ref={stage} className="sf-stage" aria-hidden="true">
            <canvas ref={base} />
            <canvas ref={overlay} className="sf-overlay" />
          </div>
        </div>
      </div>
      <FlameMinimap
        ref={map}
        canvasRef={minimap}
        frameRef={mapFrame}
        isHidden={isEmpty || props.hasMinimap === false}
        graphLabel={ariaLabel}
      />
      <p id={helpId} className="sf-hidden">
        Arrow keys move between callers, callees and neighbours. Enter zooms, Backspace zooms out, Home shows all, slash searches, n goes to
        the next match, c copies the stack.
      </p>
      <p className="sf-hidden" role="status" aria-live="polite">
        {spoken}
      </p>
      {!isEmpty && <FrameMirror tree={tree} node={mirrored} unit={unit} noted={props.noted} />}
      {isEmpty && <div className="sf-empty">No samples</div>}
      {subject && !menu && (
        <FlameTooltip
          ref={tip}
          subject={subject}
          unit={unit}
          periodNs={periodNs}
          events={events}
          facts={props.facts}
          hint={subject.type === 'strip' ? 'Click to zoom in' : ''}
        />
      )}
      {menu && <FlameMenu at={menu.at} items={menuItems(menu.node)} onClose={closeMenu} />}
      {toast && (
        <div className="sf-toast" role="status">
          {toast}
        </div>
      )}
    </div>
  )
}

function subjectOf(view: FlameView, hit: FlameHit | null): TooltipSubject | null {
  if (!hit || !view.tree) return null
  if (hit.type === 'frame') return { type: 'frame', tree: view.tree, node: hit.node }
  return { type: 'strip', tree: view.tree, ...view.slotsOfStrip(hit.slot, hit.slotEnd) }
}
