interface Call<One, Other, Third, Made> {
  readonly one: One;
  readonly other: Other;
  readonly third: Third;
  readonly made: Made;
}

/**
 * The same function, which remembers what it made of its last `calls` arguments: asked again about the very same objects, it
 * gives back what it made then. Only for pure functions of values that never change. What one look shows is judged several
 * times, and every look brings new objects, so a few calls are enough.
 */
export function remembered<One, Made, Other = void, Third = void>(
  make: (one: One, other: Other, third: Third) => Made,
  calls = 4,
): (one: One, other: Other, third: Third) => Made {
  const known: Call<One, Other, Third, Made>[] = [];
  let oldest = 0;
  return (one, other, third) => {
    for (const call of known) {
      if (call.one === one && call.other === other && call.third === third) return call.made;
    }
    const made = make(one, other, third);
    known[oldest] = { one, other, third, made };
    oldest = (oldest + 1) % calls;
    return made;
  };
}
