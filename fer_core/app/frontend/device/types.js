// What travels between the stages, as fer_core/types.py and fer_core/device/numbers.py have it.

/**
 * @typedef {object} Face
 * @property {number[]} box x1, y1, x2, y2 in pixels of the picture; may reach outside
 * @property {number} score the detector's confidence, 0..1
 * @property {number[][]} keypoints six of x, y in pixels: right eye, left eye, nose tip, mouth
 *   centre, right ear, left ear; NaN where unknown
 * @property {number} id stable over time; -1 before tracking
 * @property {number[]} pose yaw, pitch, roll in degrees; NaN where not measured
 * @property {number[]} eyes openness of right and left eye, 0..1; NaN where not measured
 * @property {number[]} measures twelve, lengths in distances between the eyes; NaN where not
 *   measured
 */

/**
 * Of the last minute; NaN while unknown.
 * @typedef {{ratePerMin: number, durationS: number, perclos: number}} BlinkRates
 */

/**
 * @typedef {object} FaceResult
 * @property {Face} face
 * @property {number[]} probs seven, of this frame alone
 * @property {number[]} smoothed seven, steadied
 * @property {string} label an emotion or `unsure`
 */

/**
 * @typedef {object} FrameResult
 * @property {number} timeS
 * @property {number} width
 * @property {number} height
 * @property {FaceResult[]} faces
 * @property {number} focus index of the largest face; -1 without one
 * @property {BlinkRates} blinks of the face in focus, over the last minute
 * @property {number} analysisMs what the stages took together
 * @property {Record<string, number>} stagesMs milliseconds of each, by Python's names
 */

/**
 * @typedef {object} Sample one face over one second; see fer_core.types.EmotionSample
 * @property {number} time_s
 * @property {number} duration_s
 * @property {number} track_id
 * @property {number[]} probs
 * @property {number} valid_s
 * @property {number} facing NaN where never measured
 * @property {number} eyes_open NaN where never measured
 * @property {number} [concentration] NaN where never measured
 * @property {number[]} box of the face's last frame in the window, in parts of the picture
 */

/**
 * @typedef {object} DetectNumbers
 * @property {number} input_size
 * @property {number[]} strides
 * @property {number} per_layer
 * @property {number} num_keypoints
 * @property {number} min_score
 * @property {number} most_logit
 * @property {number} min_overlap
 * @property {number} same_face
 * @property {number} per_doubling
 */

/**
 * @typedef {object} TrackNumbers
 * @property {number} jitter
 * @property {number} first_speed
 * @property {number} acceleration
 * @property {number} velocity_fades_s
 * @property {number} gate_now
 * @property {number} gate_per_s
 * @property {number} gate_most
 * @property {number} max_ratio
 * @property {number} size_gain
 * @property {number} expiry_s
 */

/**
 * @typedef {object} MeshNumbers
 * @property {number} scale
 * @property {number} input_size
 * @property {number} min_size
 * @property {number} min_presence
 * @property {number | null} max_faces
 * @property {number} num_points
 * @property {number[]} nose_ears
 * @property {number[]} lips
 * @property {number[]} right_eye
 * @property {number[]} left_eye
 * @property {number} closed_ratio
 * @property {number} open_ratio
 * @property {number[]} rigid_indices
 * @property {number[][]} rigid_shape
 */

/**
 * @typedef {object} MeasureNumbers indices of the mesh's points
 * @property {string[]} names
 * @property {number[][]} brows
 * @property {number[]} upper
 * @property {number[]} lower
 * @property {number[]} corners
 * @property {number[]} inner_lips
 * @property {number} nose_base
 * @property {number} chin
 */

/**
 * @typedef {object} IrisNumbers
 * @property {number} width
 * @property {number} height
 * @property {number[]} window rows and columns
 * @property {number} edge_x
 * @property {number} edge_y
 * @property {number} skin
 * @property {number} dark
 * @property {number[][]} corners
 * @property {number[]} columns where both stand among the measures
 */

/**
 * @typedef {object} BlinkNumbers
 * @property {number} window_s
 * @property {number} least_s
 * @property {number} longest_blink_s
 * @property {number} max_gap_s
 * @property {number} closed_share
 * @property {number} open_rank
 * @property {number} least_level
 * @property {number} level_every_s
 */

/**
 * What the page is written in (fer_core/app/language/browser.py).
 * @typedef {object} Language
 * @property {string} code
 * @property {{[english: string]: string | string[]}} texts or the form for one and that for more
 * @property {string} decimal what stands before decimals
 * @property {string} percent with {n} for the number
 * @property {{[name: string]: string}} emotions
 */

/**
 * @typedef {object} AffectNumbers
 * @property {string[]} names
 * @property {number} happy
 * @property {number[]} negative
 * @property {number[][]} places pleasure and arousal of each emotion
 */

/**
 * @typedef {object} AlignNumbers
 * @property {number} side_per_unit
 * @property {number} drop_per_unit
 * @property {number} side_per_box
 * @property {number} drop_per_box
 * @property {number} min_unit_per_box
 */

/**
 * @typedef {object} ClassifyNumbers
 * @property {string} name
 * @property {number} size
 * @property {"image" | "unit" | "signed"} normalize
 * @property {number} min_deviation
 * @property {Record<string, number>} temperatures
 * @property {Record<string, number>} served
 * @property {Record<string, number>} outputs number of classes of each output
 * @property {number[]} columns where the classes of `fer` stand among the seven
 */

/**
 * @typedef {object} FilterNumbers
 * @property {"plain" | "markov"} name
 * @property {number} [time_constant_s]
 * @property {number} [dwell_s]
 * @property {number} [evidence_s]
 * @property {number} [least]
 */

/**
 * @typedef {object} LabelRule
 * @property {number} unsure_below
 * @property {number} unsure_margin
 * @property {number} hysteresis
 * @property {number} hold_s
 * @property {number} stay_s
 * @property {number} large
 */

/**
 * @typedef {object} SmoothNumbers
 * @property {FilterNumbers} filter
 * @property {LabelRule} rule
 * @property {number} expiry_s
 */

/**
 * @typedef {object} BaselineNumbers
 * @property {number} duration_s
 * @property {number} min_valid_s
 * @property {number} max_gap_s
 * @property {number} max_offset
 * @property {number} smallest
 * @property {number[]} reference
 * @property {number} neutral
 */

/**
 * @typedef {object} ConcentrationNumbers
 * @property {number[]} emotion_weights in the order of the emotions
 * @property {number} open_centred
 * @property {number} open_turned
 * @property {number} half_closed
 * @property {number} closed
 * @property {number} min_half_openness
 * @property {number} scale
 */

/**
 * @typedef {object} WindowNumbers
 * @property {number} window_s
 * @property {number} max_gap_s
 * @property {number} max_yaw
 * @property {number} max_pitch
 * @property {number} min_openness
 * @property {ConcentrationNumbers} [concentration] only where a class asks for it
 */

/**
 * @typedef {object} ClockNumbers
 * @property {number} max_drift_s
 * @property {number} restart_s
 */

/**
 * @typedef {object} DrawNumbers
 * @property {number} padding
 * @property {number} labels_per_height
 * @property {number[]} label_px
 * @property {number} lines_per_height
 * @property {number} line_px
 */

/**
 * @typedef {object} Numbers everything the stages work with, made by Python
 * @property {string[]} emotions
 * @property {string} unsure
 * @property {Record<string, {fill: string, text: string}>} colors
 * @property {number} analysis_hz
 * @property {DetectNumbers} detect
 * @property {TrackNumbers} track
 * @property {MeshNumbers} mesh
 * @property {MeasureNumbers} measures
 * @property {IrisNumbers} iris
 * @property {BlinkNumbers} blinks
 * @property {AffectNumbers} affect
 * @property {AlignNumbers} align
 * @property {ClassifyNumbers} classify
 * @property {SmoothNumbers} smooth
 * @property {BaselineNumbers} baseline
 * @property {WindowNumbers} windows
 * @property {ClockNumbers} clock
 * @property {DrawNumbers} draw
 */

/**
 * A network: the input's values in, one array for each output.
 * @callback Run
 * @param {Float32Array} input
 * @returns {Promise<Float32Array[]>}
 */

/**
 * What the page asks of the worker.
 * @typedef {{type: "load", numbers: Numbers, runtime: {folder: string, build: string},
 *   networks: {detector: string, mesh: string, classifier: string}, paced: boolean}
 *   | {type: "stream", readable: ReadableStream<VideoFrame>}
 *   | {type: "frame", picture: VideoFrame | ImageBitmap, timeS: number}
 *   | {type: "baseline"} | {type: "stop"}} Asked
 */

/**
 * What the worker tells the page.
 * @typedef {{type: "loaded", loadMs: number}
 *   | {type: "result", result: FrameResult, samples: Sample[],
 *      baseline: {state: string, progress: number, values: {[name: string]: string}}}
 *   | {type: "idle"}
 *   | {type: "finished", samples: Sample[]}
 *   | {type: "problem", stage: "load" | "shape" | "analysis", message: string}} Told
 */

export {}
