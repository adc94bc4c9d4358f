'use client'
import { useSyncExternalStore } from 'react'
import { HEAT_STOPS, parseRgb, type Rgb } from './heat-scale.ts'

const NAMES = Array.from({ length: HEAT_STOPS }, (_, i) => `--heat-${i + 1}`)

function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['class', 'style'] })
  const print = window.matchMedia('print')
  print.addEventListener('change', onChange)
  return () => {
    observer.disconnect()
    print.removeEventListener('change', onChange)
  }
}

function read(): string {
  const style = getComputedStyle(document.documentElement)
  return NAMES.map((name) => style.getPropertyValue(name).trim()).join(' ')
}

/** The heat colours of the theme that holds, for a canvas; they follow a change of theme. Compare by content, not by identity. */
export function useHeatStops(): { key: string; stops: () => Rgb[] } {
  const key = useSyncExternalStore(subscribe, read, () => '')
  return { key, stops: () => key.split(' ').map(parseRgb) }
}
