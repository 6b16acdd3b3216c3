/** The parameters that a template such as `Rename {name} within {limit:duration}` asks for, as a type. */
type Holes<T extends string> = T extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
type NameOf<Hole> = Hole extends `${infer Name}:${string}` ? Name : Hole;
type ValueOf<Hole> = Hole extends `${string}:${string}` ? number : string | number;

export type ParamsOf<T extends string> = {
  readonly [Hole in Holes<T> as NameOf<Hole> & string]: ValueOf<Hole>;
};
