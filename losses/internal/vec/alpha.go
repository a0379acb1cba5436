package vec

// AlphaMask is dst[i] = 1 where channel (0 to 3: red, green, blue, alpha) of pixel i of rgba is above threshold, else 0. Any length.
func AlphaMask(dst []uint8, rgba []uint8, channel int, threshold uint8) {
	checkChannel(len(dst), len(rgba), channel)
	n := len(dst) - len(dst)%Step
	alphaMask(dst[:n], rgba[:4*n], channel, threshold)
	for i := n; i < len(dst); i++ {
		dst[i] = 0
		if rgba[4*i+channel] > threshold {
			dst[i] = 1
		}
	}
}

// AlphaUnit is dst[i] = channel of pixel i of rgba divided by 255, correctly rounded. Any length.
func AlphaUnit(dst []float32, rgba []uint8, channel int) {
	checkChannel(len(dst), len(rgba), channel)
	n := len(dst) - len(dst)%Step
	alphaUnit(dst[:n], rgba[:4*n], channel)
	for i := n; i < len(dst); i++ {
		dst[i] = float32(rgba[4*i+channel]) / 255
	}
}

func checkChannel(n, bytes, channel int) {
	if bytes != 4*n {
		panic(badLength)
	}
	if uint(channel) > 3 {
		panic(badChannel)
	}
}
