/** The mark: a stack of frames and the tip of a probe. */
export function Logo() {
  return (
    <svg aria-hidden viewBox="0 0 20 20" className="size-5" fill="none" strokeWidth="2.2" strokeLinecap="round">
      <path d="M2 4h16M2 9h10M2 14h5" className="stroke-ink" />
      <circle cx="15" cy="14" r="2.6" className="fill-accent" />
    </svg>
  )
}
